using System.Diagnostics;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary><c>timebank entry follow</c>, as a process of its own.</summary>
public sealed class FollowToolTests
{
    [Fact]
    public async Task It_prints_a_line_for_each_entry_and_goes_on_at_the_server_that_comes_back()
    {
        string data = Directory.CreateTempSubdirectory("timebank-follow-tool-tests-").FullName;
        TestServer first = await TestServer.StartAsync(data);
        Uri grpc = first.Grpc, http = first.Http;
        await first.WriteAsync(1);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        using Process tool = Tool.Start(data, first, "entry", "follow", "--json");
        try
        {
            Assert.StartsWith("{ \"name\": \"regions/430211/entries/0\",", await SaidAsync(), StringComparison.Ordinal);
            await first.WriteAsync(2);
            Assert.StartsWith("{ \"name\": \"regions/430211/entries/1\",", await SaidAsync(), StringComparison.Ordinal);

            await first.DisposeAsync();
            string? gone = await tool.StandardError.ReadLineAsync(patience.Token);
            Assert.Contains("going on from entry 2", gone, StringComparison.Ordinal);
            await using TestServer second = await TestServer.StartAsync(
                data, $"--TimeBank:Grpc={grpc.Authority}", $"--TimeBank:Http={http.Authority}");
            await second.WriteAsync(3);
            Assert.StartsWith("{ \"name\": \"regions/430211/entries/2\",", await SaidAsync(), StringComparison.Ordinal);
        }
        finally
        {
            tool.Kill();
            await tool.WaitForExitAsync();
        }
        Directory.Delete(data, recursive: true);

        async Task<string?> SaidAsync() => await tool.StandardOutput.ReadLineAsync(patience.Token);
    }

    [Fact]
    public async Task Without_a_server_it_fails_at_once()
    {
        (int code, _, string error) = await Tool.RunAsync("nowhere", null, "entry", "follow", "--token", "x");
        Assert.Equal(3, code);
        Assert.Contains("Can't reach the server", error, StringComparison.Ordinal);
    }
}
