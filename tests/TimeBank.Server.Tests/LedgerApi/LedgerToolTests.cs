using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool as a process against a running server: imports balances from a file, freezes and closes accounts.</summary>
public sealed class LedgerToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Fact]
    public async Task Balances_are_imported_once_and_only_where_no_line_is_refused()
    {
        await using TestServer server = await TestServer.StartAsync(_data);
        string file = Path.Combine(_data, "balances.csv");
        const string Sound =
            "id,date,account,side,unit,amount,memo\n1,2026-09-30,bank/ccb,D,CNY,5000,期初\n2,2026-09-30,pool/donated,贷,MIN,90,期初\n";

        await File.WriteAllTextAsync(file, Sound + "3,2026-09-30,bank//ccb,D,CNY,1,\n4,2026-09-30,bank/ccb,D,CNY,1.5,\n");
        (int code, string output, _) = await RunAsync(server, "import", file, "--source", "old");
        Assert.Equal(1, code);
        Assert.Contains("0 lines recorded, 0 known before, 2 refused.", output, StringComparison.Ordinal);
        Assert.Contains("amount", output, StringComparison.Ordinal);
        Assert.Contains("As of 0 entries.", await SoundAsync(server, "trial-balance"), StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, Sound);
        Assert.Contains("2 lines would be recorded, 0 known before, 0 refused.",
            await SoundAsync(server, "import", file, "--source", "old", "--dry-run"), StringComparison.Ordinal);
        Assert.Contains("2 lines recorded, 0 known before, 0 refused.", await SoundAsync(server, "import", file, "--source", "old"),
            StringComparison.Ordinal);
        Assert.Contains("0 lines recorded, 2 known before, 0 refused.", await SoundAsync(server, "import", file, "--source", "old"),
            StringComparison.Ordinal);
        Assert.Contains("50.00", await SoundAsync(server, "account", "show", "bank/ccb"), StringComparison.Ordinal);
        Assert.Contains("As of 2 entries.", await SoundAsync(server, "trial-balance"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_answers_while_one_of_its_servers_can_not_be_reached()
    {
        await using TestServer server = await TestServer.StartAsync(_data);
        Assert.Contains("As of 0 entries.", await SoundAsync(server, "trial-balance", "--server", $"http://127.0.0.1:1,{server.Grpc}"),
            StringComparison.Ordinal);
        (int code, _, string error) = await RunAsync(server, "trial-balance", "--server", $"https://127.0.0.1:1,{server.Grpc}");
        Assert.Equal(2, code);
        Assert.Contains("all be http, or all https", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_books_in_GBK_are_read_and_the_lines_that_are_refused_are_found_again_and_mended()
    {
        await using TestServer server = await TestServer.StartAsync(_data);
        Encoding gbk = CodePagesEncodingProvider.Instance.GetEncoding("GBK")!;
        string file = Path.Combine(_data, "旧账.csv");
        string[] rows = ["id,date,account,side,unit,amount,memo", "凭证一,2026-09-30,bank/ccb,借,CNY,5000,期初",
            "凭证二,2026-09-30,bank/ccb,借,CNY,5.00,期初", "凭证三,2026-09-30,fund/nobody/available,贷,CNY,1,期初", ""];
        string[] import = ["import", file, "--source", "old", "--keep-going", "--json"];
        await File.WriteAllBytesAsync(file, gbk.GetBytes(string.Join("\r\n", rows)));

        (int code, string output, string error) = await RunAsync(server, import);

        Assert.Equal(1, code);
        Assert.Contains("The file is read as GB18030; if it isn't, say so with --encoding.", error, StringComparison.Ordinal);
        using (JsonDocument report = JsonDocument.Parse(output))
        {
            Assert.Equal(1, report.RootElement.GetProperty("recorded").GetInt32());
            foreach (JsonElement refused in report.RootElement.GetProperty("refused").EnumerateArray())
            {
                int row = refused.GetProperty("number").GetInt32() - 1;
                Assert.Equal(rows[row].Split(',')[0], refused.GetProperty("key").GetString());
                rows[row] = rows[row].Replace("5.00", "500", StringComparison.Ordinal)
                    .Replace("fund/nobody/available", "bank/ccb", StringComparison.Ordinal);
            }
        }
        await File.WriteAllBytesAsync(file, gbk.GetBytes(string.Join("\r\n", rows)));
        Assert.Contains("2 lines recorded, 1 known before, 0 refused.",
            await SoundAsync(server, "import", file, "--source", "old", "--encoding", "gbk"), StringComparison.Ordinal);
        Assert.Contains("期初", await SoundAsync(server, "entry", "0", "--json"), StringComparison.Ordinal);
        (code, _, error) = await RunAsync(server, "import", file, "--source", "old", "--encoding", "utf-8");
        Assert.Equal(2, code);
        Assert.Contains("Line 2 isn't UTF-8.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("V-1,2026-09-30,bank/ccb,DEBIT,CNY,10000,\nV-1,2026-09-30,pool/donated,CREDIT,MIN,90,\n", "Line 3 has this id",
        "0 lines recorded, 0 known before, 2 refused.")]
    [InlineData(
        "4E+27,2026-09-30,pool/donated,C,MIN,1,\n4E+27,2026-09-30,pool/donated,C,MIN,1,\n4E+27,2026-09-30,pool/donated,C,MIN,1,\n",
            "Line 2 has this id", "0 lines recorded, 0 known before, 3 refused.")]
    [InlineData(" K-1,2026-09-30,pool/donated,C,MIN,1,\n", "begin or end with a blank", "0 lines recorded, 0 known before, 1 refused.")]
    public async Task Ids_that_are_no_lines_own_are_refused_under_their_column_and_nothing_is_recorded(string rows, string why, string sum)
    {
        await using TestServer server = await TestServer.StartAsync(_data);
        string file = Path.Combine(_data, "balances.csv");
        await File.WriteAllTextAsync(file, "id,date,account,side,unit,amount,memo\n" + rows);

        foreach (string[] how in (string[][])[["--dry-run"], [], ["--keep-going"]])
        {
            (int code, string output, string error) = await RunAsync(server, ["import", file, "--source", "old", .. how]);
            Assert.Equal(1, code);
            string said = how is ["--dry-run"] ? sum.Replace("lines recorded", "lines would be recorded", StringComparison.Ordinal) : sum;
            Assert.Contains(said, output, StringComparison.Ordinal);
            // The tool's table breaks long cells, so look for the first word only.
            Assert.Contains(why.Split(' ')[0], output, StringComparison.Ordinal);
            using JsonDocument report =
                JsonDocument.Parse((await RunAsync(server, ["import", file, "--source", "old", "--json", .. how])).Output);
            Assert.All(report.RootElement.GetProperty("refused").EnumerateArray(), line =>
                Assert.Equal("id", line.GetProperty("field").GetString()));
            Assert.Contains(report.RootElement.GetProperty("refused").EnumerateArray(), line =>
                line.GetProperty("texts").GetProperty("en").GetString()!.Contains(why, StringComparison.Ordinal));
        }
        Assert.Contains("As of 0 entries.", await SoundAsync(server, "trial-balance"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("K-9\t,2026-09-30,pool/donated,C,MIN,1,\n K-1,2026-09-30,pool/donated,C,MIN,1,\nK-1 ,2026-09-30,pool/donated,C,MIN,1,\n"
        + "K-1,2026-09-30,pool/donated,C,MIN,1,\n", 3)]
    [InlineData("Q-1,2026-09-30,pool/donated,C,MIN,1,\nQ-1,2026-09-30,pool/donated,C,MIN,2,\nQ-2,2026-09-30,pool/donated,C,MIN,3,\n", 2)]
    public async Task A_dry_run_says_what_the_same_command_without_it_says(string rows, int refused)
    {
        await using TestServer server = await TestServer.StartAsync(_data);
        string file = Path.Combine(_data, "balances.csv");
        await File.WriteAllTextAsync(file, "id,date,account,side,unit,amount,memo\n" + rows);

        foreach ((string[] how, int lines) in new (string[], int)[] { ([], 0), (["--keep-going"], 1) })
        {
            string[] import = ["import", file, "--source", "old", .. how];
            (int tried, string trial, _) = await RunAsync(server, [.. import, "--dry-run"]);
            (int done, string run, _) = await RunAsync(server, import);
            Assert.Equal((1, 1), (tried, done));
            Assert.Contains($"{lines} lines would be recorded, 0 known before, {refused} refused.", trial, StringComparison.Ordinal);
            Assert.Contains($"{lines} lines recorded, 0 known before, {refused} refused.", run, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_party_that_is_no_name_is_a_mistake_in_what_was_entered()
    {
        await using TestServer server = await TestServer.StartAsync(_data);
        (int code, _, string error) = await RunAsync(server, "token", "--role", "volunteer", "--party", "me");
        Assert.Equal(2, code);
        Assert.Contains("party must be a resource name", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_are_frozen_unfrozen_closed_and_reopened()
    {
        await using TestServer server = await TestServer.StartAsync(_data);
        // An issue of this month; one of an earlier month can't be reversed.
        await server.WriteAsync(1, server.Services.GetRequiredService<BusinessClock>().Today);
        const string Path = "person/000000000001/hours/issued", Request = "0192b6a0-0000-7000-8000-000000000001";
        string[] freeze = ["account", "freeze", Path, "--note", "check", "--request-id", Request];

        await SoundAsync(server, [.. freeze, "--dry-run"]);
        Assert.DoesNotContain("frozen", await SoundAsync(server, "account", "show", Path), StringComparison.Ordinal);
        string frozen = await SoundAsync(server, freeze);
        Assert.Contains("frozen", await SoundAsync(server, "account", "show", Path), StringComparison.Ordinal);
        // A retry gives the same entry.
        Assert.Equal(frozen, await SoundAsync(server, freeze));
        await SoundAsync(server, "account", "unfreeze", Path, "--note", "checked");
        Assert.DoesNotContain("frozen", await SoundAsync(server, "account", "show", Path), StringComparison.Ordinal);

        (int code, _, string error) = await RunAsync(server, "account", "close", Path, "--note", "too early");
        Assert.Equal(1, code);
        Assert.Contains("ACCOUNT_NOT_EMPTY", error, StringComparison.Ordinal);
        await SoundAsync(server, "entry", "reverse", "0", "--note", "empty it");
        await SoundAsync(server, "account", "close", Path, "--note", "moved away");
        Assert.Contains("closed", await SoundAsync(server, "account", "show", Path), StringComparison.Ordinal);
        await SoundAsync(server, "account", "reopen", Path, "--note", "came back");
        Assert.DoesNotContain("closed", await SoundAsync(server, "account", "show", Path), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private async Task<string> SoundAsync(TestServer server, params string[] args)
    {
        (int code, string output, string error) = await RunAsync(server, args);
        Assert.True(code == 0, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
        return output;
    }

    private Task<(int Code, string Output, string Error)> RunAsync(TestServer server, params string[] args) =>
        Tool.RunAsync(_data, server, args);
}
