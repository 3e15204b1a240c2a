using System.Text.Json;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool's ways from a persistent subsidy to the heirs, against a running server.</summary>
public sealed class EstateToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Theory]
    [InlineData("en", "no expiry", "waits for approval", "paid to the estate")]
    [InlineData("zh-CN", "长期有效", "等审核", "已付给继承人")]
    public async Task A_subsidy_is_opened_issued_shown_and_paid_to_the_heirs(string language, params string[] words)
    {
        await using TestServer server = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");
        async Task<string> RunAsync(int expected, params string[] args)
        {
            (int code, string output, string error) = await Tool.RunAsync(_data, server, [.. args, "--lang", language]);
            Assert.True(code == expected, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
            return output + error;
        }
        string Name(string json) => JsonDocument.Parse(json).RootElement.GetProperty("name").GetString()!;
        await RunAsync(0, "fund", "create", "lottery", "--kind", "lottery", "--name", "演示福彩金");
        await RunAsync(0, "bank", "set", "main", "--holder", "演示民政局", "--account", "00002601000001", "--bank", "演示银行",
            "--code", "102100099996");
        await RunAsync(0, "fund", "receive", "lottery", "1000", "--day", "2026-10-01", "--reference", "DEMO-1");
        string programme = await RunAsync(0, "programme", "create", "care", "--name", "护理补贴", "--scheme", "persistent-subsidy",
            "--service", "care", "--monthly", "200", "--min-age", "80");
        Assert.Contains(words[0], programme, StringComparison.Ordinal);
        await RunAsync(0, "programme", "allot", "care", "--from", "lottery=200");
        string elder = Name(await RunAsync(0, "elder", "register", "--name", "演示", "--born", "1940-01-31", "--json")).Split('/')[^1];
        await RunAsync(0, "voucher", "issue", "care", "--month", "2026-10");
        string list = await RunAsync(0, "voucher", "list", "--elder", elder, "--json");
        string voucher = JsonDocument.Parse(list).RootElement.GetProperty("vouchers")[0].GetProperty("name").GetString()!;
        Assert.Contains(words[0], await RunAsync(0, "voucher", "list", "--elder", elder), StringComparison.Ordinal);
        Assert.Contains(words[0], await RunAsync(0, "voucher", "show", voucher), StringComparison.Ordinal);

        await RunAsync(0, "notices", "record", elder, "deceased", "--day", "2026-10-01");
        Assert.Contains("200.00", await RunAsync(0, "estate", "list"), StringComparison.Ordinal);
        string[] propose = ["estate", "propose", elder, "--bank", "main", "--reference", "R-7", "--evidence", "2026-17"];
        Assert.Contains("ESTATE_CLAIMS_OPEN", await RunAsync(1, [.. propose, "--json"]), StringComparison.Ordinal);
        await Tool.RunDemoAsync(_data, server, "scenario", "advance", "2026-11-29 08:00");
        string payout = Name(await RunAsync(0, [.. propose, "--json"])).Split("/elders/")[1];
        Assert.Contains(words[1], await RunAsync(0, "estate", "show", elder), StringComparison.Ordinal);
        await RunAsync(0, "estate", "withdraw", payout);
        payout = Name(await RunAsync(0, [.. propose, "--json"])).Split("/elders/")[1];
        Assert.Contains("R-7", await RunAsync(0, "estate", "approve", payout), StringComparison.Ordinal);

        Assert.Contains(words[2], await RunAsync(0, "voucher", "show", voucher), StringComparison.Ordinal);
        Assert.Contains("200.00", await RunAsync(0, "programme", "report", "care"), StringComparison.Ordinal);
        Assert.DoesNotContain(elder, await RunAsync(0, "estate", "list"), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
