using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool's words for payment files against a running server.</summary>
public sealed class SettlementToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Theory]
    [InlineData("en", "exported", "exported before")]
    [InlineData("zh-CN", "已导出付款文件", "此前已导出")]
    public async Task A_file_is_written_kept_and_withdrawn(string language, string state, string before)
    {
        await using TestServer server = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");
        async Task<string> RunAsync(int expected, params string[] args)
        {
            (int code, string output, string error) = await Tool.RunAsync(_data, server, [.. args, "--lang", language]);
            Assert.True(code == expected, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
            Assert.DoesNotContain("6222000000001234567", output + error, StringComparison.Ordinal);
            return output + error;
        }
        string Name(string json, string? under = null)
        {
            JsonElement root = JsonDocument.Parse(json).RootElement;
            return (under is null ? root : root.GetProperty(under)).GetProperty("name").GetString()!.Split('/')[^1];
        }
        string provider = Name(await RunAsync(0, "provider", "register", "--name", "演示食堂", "--service", "meal", "--from", "2026-01-01",
            "--to", "2026-12-31", "--json"));
        await PayeeSeed.WriteAsync(server.Services, $"regions/430211/providers/{provider}");
        await RunAsync(0, "bank", "set", "main", "--holder", "演示民政局", "--account", "6222000000009999", "--bank", "演示银行", "--code",
            "313551088886", "--sheet", "batch-transfer");
        var header = new EntryHeader(EntryId.Of("TEST", Guid.Empty), TimeBank.Proofs.Digest.Of([1]), "TEST", "",
            new DateOnly(2026, 10, 1), "", "", EntryHeader.NoDetails);
        await server.Services.GetRequiredService<IGrainFactory>().GetGrain<ILedgerGrain>("430211").SubmitAsync(
            Entries.Import(header, Chart.ProviderPayable(OpaqueId.Parse(provider)), isDebit: false, 1_250));
        string batch = Name(await RunAsync(0, "settlement", "prepare", "--json"));
        await RunAsync(0, "settlement", "submit", batch);
        await RunAsync(0, "settlement", "approve", batch);
        string statement = await RunAsync(0, "report", "provider", $"settlements/{batch}/payments/1");
        Assert.Contains($"providers/{provider} 演示食堂", statement.Replace(
            $" {provider} ", $" providers/{provider} ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("IMPORT_BALANCE", statement + await RunAsync(0, "settlement", "lines", $"settlements/{batch}/payments/1"),
            StringComparison.Ordinal);
        string file = Path.Combine(_data, "pay.csv");
        string[] export = ["settlement", "export", batch, "--bank", "main", "--format", "csv", "--out", file];

        await RunAsync(0, [.. export, "--dry-run"]);
        Assert.False(File.Exists(file));
        Assert.Contains(state, await RunAsync(0, export), StringComparison.Ordinal);
        byte[] bytes = await File.ReadAllBytesAsync(file);
        Assert.Contains("12.50", System.Text.Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Contains(before, await RunAsync(0, export), StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "another");
        await RunAsync(2, export);
        Assert.Equal("another", await File.ReadAllTextAsync(file));
        await RunAsync(0, [.. export, "--force", "--json"]);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(file));
        Assert.Contains("SETTLEMENT_EXPORTED", await RunAsync(1, "settlement", "export", batch, "--bank", "main", "--format", "pain001"),
            StringComparison.Ordinal);
        await RunAsync(0, "settlement", "withdraw-export", batch, "--note", "演示");
        await RunAsync(0, "settlement", "confirm-withdraw-export", batch);
        Assert.DoesNotContain("pay.csv.part", Directory.GetFiles(_data).Select(Path.GetFileName));
        await RunAsync(0, "settlement", "export", batch, "--bank", "main", "--format", "pain001", "--out", Path.Combine(_data, "pay.xml"));
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
