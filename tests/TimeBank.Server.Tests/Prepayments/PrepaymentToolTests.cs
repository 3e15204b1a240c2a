using System.Text.Json;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool's <c>prepayment</c> commands against a running server, whose clock goes on.</summary>
public sealed class PrepaymentToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Theory]
    [InlineData("en", "waiting for the elder", "Prepaid fees drawn", "prepaid fee of a month drawn", "outlived")]
    [InlineData("zh-CN", "待老人同意", "预收费划付", "预收费按月划付", "已到期仍有余款")]
    public async Task Prepaid_fees_go_their_way_by_the_tool(string language, string waits, string ran, string drawn, string outlived)
    {
        await using TestServer server = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");
        async Task<string> RunAsync(int expected, params string[] args)
        {
            (int code, string output, string error) = await Tool.RunAsync(_data, server, [.. args, "--lang", language]);
            Assert.True(code == expected, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
            return output + error;
        }
        PrepaymentDesk desk = new(server);
        await desk.OpenAsync();
        string provider = desk.Provider.Split('/')[^1], elder = desk.Elder.Split('/')[^1];
        string[] propose = ["prepayment", "propose", provider, elder, "300", "--service", "meal", "--for", "午餐", "--first", "2026-10",
            "--months", "2", "--bed", "10", "--deposit", "50"];

        await RunAsync(2, [.. propose[..^1], "-5"]);
        Assert.Contains("PREPAYMENT_DEPOSIT_TOO_HIGH", await RunAsync(1, [.. propose[..^1], "120.01", "--json"]), StringComparison.Ordinal);
        Assert.Contains(waits, await RunAsync(0, [.. propose, "--dry-run"]), StringComparison.Ordinal);
        string made = await RunAsync(0, [.. propose, "--json"]);
        string id = JsonDocument.Parse(made).RootElement.GetProperty("name").GetString()!.Split('/')[^1];
        await RunAsync(0, "prepayment", "agree", id, "--by", elder);
        await RunAsync(0, "prepayment", "receive", id, "650", "--deposit", "50", "--day", "2026-10-01", "--reference", "流水 1");
        Assert.Contains("PREPAYMENT_MONTH_NOT_OVER", await RunAsync(1, "prepayment", "draw", "2026-10", "--json"),
            StringComparison.Ordinal);

        await Tool.RunDemoAsync(_data, server, "scenario", "advance", "2026-11-02 08:00");
        await RunAsync(0, "prepayment", "dispute", id, "--by", elder, "--note", "没有送餐");
        await RunAsync(0, "prepayment", "dispute", id, "--settle", "--note", "已补送");
        Assert.Contains(ran, await RunAsync(0, "prepayment", "draw", "2026-10"), StringComparison.Ordinal);
        string batch = JsonDocument.Parse(await PreparedAsync()).RootElement.GetProperty("name").GetString()!;
        string lines = await RunAsync(0, "settlement", "lines", $"{batch}/payments/1");
        foreach (string part in (string[])[drawn, id]) Assert.Contains(part, lines, StringComparison.Ordinal);
        Assert.Contains(id, await RunAsync(0, "prepayment", "list", "--party", $"elders/{elder}", "--state", "agreed"),
            StringComparison.Ordinal);

        await Tool.RunDemoAsync(_data, server, "scenario", "advance", "2026-12-02 08:00");
        Assert.Contains(outlived, await RunAsync(0, "prepayment", "custody"), StringComparison.Ordinal);
        await RunAsync(0, "prepayment", "draw", "2026-11");
        await RunAsync(0, "prepayment", "end", id, "--note", "期满");
        await RunAsync(0, "prepayment", "approve-refund", id);
        await RunAsync(0, "prepayment", "refund", id, "--day", "2026-12-02", "--reference", "退款 1");
        Assert.Contains("50.00", await RunAsync(0, "prepayment", "show", id), StringComparison.Ordinal);
        Assert.Contains("PREPAYMENT_NOTHING_DUE",
            await RunAsync(1, "prepayment", "refund", id, "--day", "2026-12-02", "--reference", "退款 2", "--json"),
            StringComparison.Ordinal);

        async Task<string> PreparedAsync()
        {
            await PayeeSeed.WriteAsync(server.Services, desk.Provider);
            return await RunAsync(0, "settlement", "prepare", "--prepaid", "--json");
        }
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
