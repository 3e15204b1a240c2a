using System.Text.Json.Nodes;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Servers that deliver by themselves, and the tool at one of them.</summary>
public sealed class WebhookRoundsTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-webhook-tests-").FullName;
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task What_happens_is_told_soon_and_once_also_over_a_restart_and_past_a_receiver_that_hangs()
    {
        var never = new TaskCompletionSource();
        await using Receiver hanging = await Receiver.StartAsync();
        hanging.Answer = _ => never.Task;
        string provider, voucher, first, clerk;
        RedeemVoucherRequest later;
        await using (TestServer server = await StartAsync())
        {
            var desk = new Desk(server);
            var client = new WebhookService.WebhookServiceClient(server.As(Role.Administrator));
            foreach (Receiver one in (Receiver[])[hanging, _receiver]) await client.CreateWebhookAsync(Creation(one));
            await desk.FundAsync("lottery", 100_000);
            string elder = await desk.RegisterElderAsync();
            provider = await desk.ProviderAsync(ServiceType.Meal);
            string programme = await desk.FundedAsync(desk.Meals("meals"), ("regions/430211/funds/lottery", 20_000));
            await desk.IssueAsync(programme);
            voucher = (await desk.VoucherOfAsync(elder, programme)).Name;
            first = (await _receiver.NextAsync()).Id;
            await hanging.NextAsync();
            // While the one hangs, the other goes on.
            await desk.Clerk(provider).RedeemVoucherAsync(desk.Lunch(voucher, provider));
            Assert.EndsWith("-voucher-redeemed", (await _receiver.NextAsync()).Id, StringComparison.Ordinal);
            await client.DisableWebhookAsync(new DisableWebhookRequest
            {
                RequestId = Desk.Id(),
                Name = (await client.ListWebhooksAsync(new ListWebhooksRequest { Parent = "regions/430211" })).Webhooks
                    .Single(webhook => webhook.Url == hanging.Address.ToString()).Name,
            });
            (later, clerk) = (desk.Lunch(voucher, provider), server.Token(Role.ProviderClerk, provider));
            never.SetResult();
        }
        await using (TestServer server = await StartAsync())
        {
            await new VoucherService.VoucherServiceClient(new TokenInvoker(server.Anonymous(), clerk)).RedeemVoucherAsync(later);
            string next = (await _receiver.NextAsync()).Id;
            Assert.Equal(IndexOf(first) + 2, IndexOf(next));
            Assert.Equal(0, _receiver.Waiting);
        }

        static long IndexOf(string id) => long.Parse(id.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task The_tool_creates_lists_shows_replays_and_disables()
    {
        await using TestServer server = await StartAsync();
        (int code, string output, _) = await Tool.RunAsync(
            _data, server, "webhook", "create", $"{_receiver.Address}", "--event", "voucher-issued", "payment-settled", "--json");
        Assert.Equal(0, code);
        JsonNode made = JsonNode.Parse(output)!;
        string id = ((string)made["webhook"]!["name"]!).Split('/')[^1];
        Assert.StartsWith("whsec_", (string)made["secret"]!, StringComparison.Ordinal);

        (_, output, _) = await Tool.RunAsync(_data, server, "webhook", "list");
        Assert.Contains(id, output, StringComparison.Ordinal);
        Assert.Contains("voucher issued, payment settled", output, StringComparison.Ordinal);
        (_, output, _) = await Tool.RunAsync(_data, server, "webhook", "replay", id, "--from", "0", "--lang", "zh-CN");
        Assert.Contains("推送中", output, StringComparison.Ordinal);
        (_, output, _) = await Tool.RunAsync(_data, server, "webhook", "rotate", id);
        Assert.Contains("whsec_", output, StringComparison.Ordinal);
        (code, _, _) = await Tool.RunAsync(_data, server, "webhook", "disable", id);
        Assert.Equal(0, code);
        (_, output, _) = await Tool.RunAsync(_data, server, "webhook", "show", id);
        Assert.Contains("disabled", output, StringComparison.Ordinal);
        Assert.DoesNotContain("whsec_", output, StringComparison.Ordinal);
        (code, _, string error) = await Tool.RunAsync(_data, server, "webhook", "create", "https://10.0.0.1/");
        Assert.Equal(2, code);
        Assert.Contains("url: The address must be of a host on the public internet.", error, StringComparison.Ordinal);
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(
        _data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00", "--TimeBank:WebhooksToLoopback=true", "--TimeBank:RoundSeconds=1");

    private static CreateWebhookRequest Creation(Receiver receiver) => new()
    {
        RequestId = Desk.Id(), Parent = "regions/430211", Url = receiver.Address.ToString(),
        Events = { WebhookEvents() },
    };

    private static IEnumerable<V1.WebhookEvent> WebhookEvents() => Enum.GetValues<V1.WebhookEvent>().Where(one => one != default);
}
