using System.Diagnostics;
using System.Text.Json;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Data.Sqlite;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A server in a process of its own that logs as JSON: each line is an object, and one of a call has its trace's id.</summary>
public sealed class JsonLogTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("timebank-json-tests-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task The_line_of_an_incident_has_its_trace()
    {
        string elder, token;
        await using (TestServer before = await TestServer.StartAsync(_data.FullName))
        {
            elder = await new Desk(before).RegisterElderAsync();
            token = before.Token(Role.Counter);
        }
        Damage(elder);
        string program = Path.Combine(
            AppContext.BaseDirectory.Replace("tests/TimeBank.Server.Tests", "src/TimeBank.Server", StringComparison.Ordinal),
            "TimeBank.Server.dll");
        string[] arguments = [program, .. TestServer.Arguments(_data.FullName), "--TimeBank:Telemetry:JsonLogs=true",
            "--Logging:LogLevel:Default=Warning"];
        using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        try
        {
            JsonElement listening = await LineAsync(process, "Now listening on: ");
            using var channel = GrpcChannel.ForAddress(listening.GetProperty("State").GetProperty("address").GetString()!);
            var elders = new ElderService.ElderServiceClient(new TokenInvoker(channel.CreateCallInvoker(), token));

            RpcException refused = await Assert.ThrowsAsync<RpcException>(
                async () => await elders.GetElderAsync(new GetElderRequest { Name = elder }));

            string incident = refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata["incident"];
            JsonElement line = await LineAsync(process, "failed as incident");
            Assert.Equal(incident, line.GetProperty("State").GetProperty("Incident").GetString());
            Assert.Contains(line.GetProperty("Scopes").EnumerateArray(), scope => scope.TryGetProperty("TraceId", out JsonElement trace)
                && trace.GetString() == incident);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private void Damage(string elder)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_data.FullName, "timebank.db")};Pooling=false");
        connection.Open();
        using SqliteCommand damage = connection.CreateCommand();
        damage.CommandText = "UPDATE grain_state SET payload = '[]' WHERE state_name = 'elder' AND grain_key = $key";
        damage.Parameters.AddWithValue("$key", $"{TestServer.Tianyuan}/{WatchedServer.Tail(elder)}");
        Assert.Equal(1, damage.ExecuteNonQuery());
    }

    /// <summary>The next line with a text; all before it are JSON objects too.</summary>
    private static async Task<JsonElement> LineAsync(Process process, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (true)
        {
            string line = await process.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new InvalidOperationException($"The server ended before it said '{text}'.");
            JsonElement said = JsonDocument.Parse(line).RootElement;
            if (said.GetProperty("Message").GetString()!.Contains(text, StringComparison.Ordinal)) return said;
        }
    }
}
