using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// The tool's <c>--dry-run</c> against a running server: each command makes a dry run, then the real thing under the same request id.
/// </summary>
public sealed class DryRunToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;
    private TestServer _server = null!;
    private int _requests;

    [Fact]
    public async Task Each_command_is_tried_and_then_carried_out()
    {
        await using TestServer server = _server = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");
        string elder = await MadeAsync("elder", "register", "--name", "演示", "--born", "1940-01-31", "--difficulty", "lives-alone",
            "--difficulty", "empty-nest");
        string volunteer = await MadeAsync("volunteer", "enrol", "--name", "演示", "--born", "1990-07-01");
        await MadeAsync("fund", "create", "lottery", "--kind", "lottery", "--name", "福彩");
        await SoundAsync("bank", "set", "main", "--holder", "演示民政局", "--account", "6222000000000001", "--bank", "演示银行", "--code",
            "102100099996", "--json");
        await TriedAsync("fund", "receive", "lottery", "1000", "--day", "2026-10-01");
        await MadeAsync("programme", "create", "meals", "--name", "助餐", "--scheme", "unit-voucher", "--service", "meal", "--quota",
            "10MEAL", "--contract-price", "12", "--min-age", "80");
        await TriedAsync("programme", "allot", "meals", "--from", "lottery=500");
        await TriedAsync("voucher", "issue", "meals", "--month", "2026-10");
        string voucher = Id((await SoundAsync("voucher", "list", "--json")).RootElement.GetProperty("vouchers")[0]);
        await TriedAsync("voucher", "void", voucher, "--note", "迁出");
        await TriedAsync("voucher", "expire");
        await TriedAsync("programme", "return", "meals");
        await TriedAsync("hours", "expire");
        await TriedAsync("hours", "issue", "--month", "2026-10");
        string order =
            Id(await TriedAsync("order", "request", elder, "--item", "companionship", "--start", "2026-10-01 09:00", "--length", "1h"));
        await TriedAsync("order", "accept", order, volunteer);
        await TriedAsync("order", "cancel", order);
        string provider = await MadeAsync("provider", "register", "--name", "演示食堂", "--service", "meal", "--from", "2026-01-01", "--to",
            "2026-12-31");
        string change = $"{provider}/payeeChanges/{Id(await TriedAsync("payee", "set", provider, "--holder", "演示食堂", "--account",
            "6222 0000 0000 1234-567", "--bank", "演示银行", "--code", "313551088886"))}";
        await TriedAsync("payee", "approve", change, "--account", "6222000000001234567");
        await TriedAsync("payee", "withdraw", change);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private async Task<string> MadeAsync(params string[] args) => Id((await SoundAsync([.. args, "--json"])).RootElement);

    private async Task<JsonElement> TriedAsync(params string[] args)
    {
        string[] all = [.. args, "--json", "--request-id", new Guid(++_requests, 1, 0, new byte[8]).ToString()];
        long before = await SizeAsync();
        await SoundAsync([.. all, "--dry-run"]);
        Assert.Equal(before, await SizeAsync());
        JsonDocument done = await SoundAsync(all);
        // If the dry run had used up the request id, nothing would be written now.
        Assert.NotEqual(before, await SizeAsync());
        return done.RootElement;
    }

    /// <summary>The journal's number of entries and remembered outcomes.</summary>
    private async Task<long> SizeAsync()
    {
        LedgerHead head = await _server.Services.GetRequiredService<ILedgerReader>()
            .ReadHeadAsync(RegionCode.Parse(TestServer.Tianyuan), default);
        return head.Size + head.Remembered.Count;
    }

    private async Task<JsonDocument> SoundAsync(params string[] args)
    {
        (int code, string output, string error) = await Tool.RunAsync(_data, _server, args);
        Assert.True(code == 0, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
        Assert.Equal(args.Contains("--dry-run"), error.Contains("Only tried: nothing of this is recorded.", StringComparison.Ordinal));
        return JsonDocument.Parse(output);
    }

    private static string Id(JsonElement named) => named.GetProperty("name").GetString()!.Split('/')[^1];
}
