using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool as a process of its own against a running server: balances imported from a file, and accounts frozen and closed.</summary>
public sealed class LedgerToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Fact]
    public async Task Balances_are_imported_once_and_only_where_no_line_is_refused()
    {
        await using JournalDesk desk = await JournalDesk.StartAsync(_data);
        string file = Path.Combine(_data, "balances.csv");
        const string Sound = "id,date,account,side,unit,amount,memo\n1,2026-09-30,bank/ccb,D,CNY,5000,期初\n2,2026-09-30,pool/donated,贷,MIN,90,期初\n";

        await File.WriteAllTextAsync(file, Sound + "3,2026-09-30,bank//ccb,D,CNY,1,\n4,2026-09-30,bank/ccb,D,CNY,1.5,\n");
        (int code, string output, _) = await RunAsync(desk, "import", file, "--source", "old");
        Assert.Equal(1, code);
        Assert.Contains("0 lines recorded, 0 known before, 2 refused.", output, StringComparison.Ordinal);
        Assert.Contains("amount", output, StringComparison.Ordinal);
        Assert.Contains("As of 0 entries.", await SoundAsync(desk, "trial-balance"), StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, Sound);
        Assert.Contains("2 lines recorded, 0 known before, 0 refused.", await SoundAsync(desk, "import", file, "--source", "old", "--dry-run"), StringComparison.Ordinal);
        Assert.Contains("2 lines recorded, 0 known before, 0 refused.", await SoundAsync(desk, "import", file, "--source", "old"), StringComparison.Ordinal);
        Assert.Contains("0 lines recorded, 2 known before, 0 refused.", await SoundAsync(desk, "import", file, "--source", "old"), StringComparison.Ordinal);
        Assert.Contains("50.00", await SoundAsync(desk, "account", "show", "bank/ccb"), StringComparison.Ordinal);
        Assert.Contains("As of 2 entries.", await SoundAsync(desk, "trial-balance"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_are_frozen_unfrozen_closed_and_reopened()
    {
        await using JournalDesk desk = await JournalDesk.StartAsync(_data);
        await desk.WriteAsync(1);
        const string Path = "person/000000000001/hours/issued", Request = "0192b6a0-0000-7000-8000-000000000001";
        string[] freeze = ["account", "freeze", Path, "--memo", "check", "--request-id", Request];

        await SoundAsync(desk, [.. freeze, "--dry-run"]);
        Assert.DoesNotContain("frozen", await SoundAsync(desk, "account", "show", Path), StringComparison.Ordinal);
        string frozen = await SoundAsync(desk, freeze);
        Assert.Contains("frozen", await SoundAsync(desk, "account", "show", Path), StringComparison.Ordinal);
        // The same request again is the same entry.
        Assert.Equal(frozen, await SoundAsync(desk, freeze));
        await SoundAsync(desk, "account", "unfreeze", Path, "--memo", "checked");
        Assert.DoesNotContain("frozen", await SoundAsync(desk, "account", "show", Path), StringComparison.Ordinal);

        (int code, _, string error) = await RunAsync(desk, "account", "close", Path, "--memo", "too early");
        Assert.Equal(1, code);
        Assert.Contains("ACCOUNT_NOT_EMPTY", error, StringComparison.Ordinal);
        await SoundAsync(desk, "entry", "reverse", "0", "--memo", "empty it");
        await SoundAsync(desk, "account", "close", Path, "--memo", "moved away");
        Assert.Contains("closed", await SoundAsync(desk, "account", "show", Path), StringComparison.Ordinal);
        await SoundAsync(desk, "account", "reopen", Path, "--memo", "came back");
        Assert.DoesNotContain("closed", await SoundAsync(desk, "account", "show", Path), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private async Task<string> SoundAsync(JournalDesk desk, params string[] args)
    {
        (int code, string output, string error) = await RunAsync(desk, args);
        Assert.True(code == 0, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
        return output;
    }

    private Task<(int Code, string Output, string Error)> RunAsync(JournalDesk desk, params string[] args) => Tool.RunAsync(_data, desk, args);
}
