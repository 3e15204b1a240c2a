using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool's <c>bank</c> commands against a running server.</summary>
public sealed class BankAccountToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Theory]
    [InlineData("en", "statements")]
    [InlineData("zh-CN", "对账单")]
    public async Task An_account_is_set_shown_and_listed(string language, string header)
    {
        await using TestServer server = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");
        async Task<string> RunAsync(int expected, params string[] args)
        {
            (int code, string output, string error) = await Tool.RunAsync(_data, server, [.. args, "--lang", language]);
            Assert.True(code == expected, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
            return output + error;
        }
        string[] set = ["bank", "set", "main", "--holder", "演示民政局", "--bank", "演示银行", "--code", "313551088886", "--account"];

        Assert.Contains("BANK_ACCOUNT_NOT_FOUND", await RunAsync(1, "bank", "show", "main"), StringComparison.Ordinal);
        await RunAsync(0, [.. set, "6222-0000-0000-1234-567", "--dry-run"]);
        await RunAsync(0, [.. set, "6222-0000-0000-1234-567"]);
        await RunAsync(2, [.. set, "6222000000007654321", "--profile", "nobody"]);
        string changed = await RunAsync(0, [.. set, "6222000000007654321", "--profile", "icbc-debit", "--sheet", "batch-transfer"]);
        Assert.Contains("icbc-debit", changed, StringComparison.Ordinal);
        string shown = await RunAsync(0, "bank", "show", "main"), list = await RunAsync(0, "bank", "list");
        Assert.Contains(header, shown, StringComparison.Ordinal);
        Assert.Contains("6222000000001234567", shown, StringComparison.Ordinal);
        Assert.Contains("6222000000007654321", list, StringComparison.Ordinal);
        Assert.DoesNotContain("6222000000001234567", list, StringComparison.Ordinal);
        string yes = language == "en" ? "yes" : "是";
        Assert.DoesNotContain(yes, await RunAsync(0, [.. set, "6222000000007654321"]), StringComparison.Ordinal);
        Assert.Contains(yes, await RunAsync(0, [.. set, "6222000000007654321", "--custody"]), StringComparison.Ordinal);
        Assert.Contains(yes, await RunAsync(0, [.. set, "6222000000007654321"]), StringComparison.Ordinal);
        Assert.DoesNotContain(yes, await RunAsync(0, [.. set, "6222000000007654321", "--custody", "false"]), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
