using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool's <c>fund budget</c> against a running server.</summary>
public sealed class FundBudgetToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Fact]
    public async Task The_budget_is_shown_in_both_languages_and_written_to_a_file()
    {
        await using TestServer server = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");
        async Task<string> RunAsync(int expected, params string[] args)
        {
            (int code, string output, string error) = await Tool.RunAsync(_data, server, args);
            Assert.True(code == expected, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
            return output + error;
        }
        await RunAsync(0, "fund", "create", "lottery", "--kind", "lottery", "--name", "福彩");
        await RunAsync(0, "bank", "set", "main", "--holder", "演示民政局", "--account", "6222000000000001", "--bank", "演示银行", "--code",
            "102100099996");
        await RunAsync(0, "fund", "receive", "lottery", "1000", "--day", "2026-10-01");
        await RunAsync(0, "programme", "create", "national", "--name", "消费补贴", "--scheme", "national-e-voucher", "--service", "care");
        await RunAsync(0, "programme", "allot", "national", "--from", "lottery=500.25");
        string file = Path.Combine(_data, "budget.csv");
        string[] budget = ["fund", "budget", "--month", "2026-10", "--part", "middle", "--quota", "national=20", "--hour-price", "80"];

        string english = await RunAsync(0, [.. budget, "--lang", "en"]);
        await RunAsync(0, [.. budget, "-o", file, "--lang", "en"]);
        string chinese = await RunAsync(0, [.. budget, "--lang", "zh-CN"]);

        foreach (string text in (string[])["Budget against spend", "CNY 500.25", "nothing to compare", "430000/2026-01", "90 %"])
            Assert.Contains(text, english, StringComparison.Ordinal);
        foreach (string text in (string[])["预算与支出", "500.25元", "无可比较"]) Assert.Contains(text, chinese, StringComparison.Ordinal);
        string[] lines = await File.ReadAllLinesAsync(file);
        Assert.Equal(
            "fund,programme,\"carried, CNY\",\"budget, CNY\",\"returned, CNY\",\"spent, CNY\",\"unspent, CNY\",accounts",
            lines[0].TrimStart('\uFEFF'));
        Assert.Equal("lottery,national,0.00,500.25,0.00,0.00,500.25,fund/lottery/available programme/national/allotted",
            Assert.Single(lines[1..]));
        await RunAsync(0, [.. budget, "-o", Path.Combine(_data, "budget.xlsx")]);
        string page = Path.Combine(_data, "budget.html");
        await RunAsync(0, [.. budget, "-o", page]);
        Assert.Contains("<td class=\"amount\">500.25</td>", await File.ReadAllTextAsync(page), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(page));
        await RunAsync(2, [.. budget, "-o", Path.Combine(_data, "budget.pdf")]);
        await RunAsync(2, [.. budget, "--hour-item", "care-home"]);
        await RunAsync(2, [.. budget, "-o", Path.Combine(_data, "nowhere", "budget.csv")]);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
