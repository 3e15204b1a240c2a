using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Client = TimeBank.V1.WebhookService.WebhookServiceClient;

namespace TimeBank.Server.Tests;

/// <summary>Webhooks of one region, from the call that creates one to the receiver that gets its notices.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private static readonly V1.WebhookEvent[] All = [.. Enum.GetValues<V1.WebhookEvent>().Where(one => one != default)];

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
    private TestServer _server = null!;
    private Receiver _receiver = null!;
    private Desk _desk = null!;

    private Client Administrator => new(_server.As(Role.Administrator));

    private Client Auditor => new(_server.As(Role.Auditor));

    public async ValueTask InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _server = new TestServer { Time = _time, Settings = ["--TimeBank:WebhooksToLoopback=true"] };
        await _server.InitializeAsync();
        _desk = new Desk(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_vouchers_life_is_told_in_order_with_names_and_amounts_and_no_person()
    {
        (string elder, string provider) = await DeskAsync();
        CreateWebhookResponse made = await Administrator.CreateWebhookAsync(Creation(All));
        await _desk.IssueAsync(await _desk.FundedAsync(_desk.Meals("meals"), ("regions/430211/funds/lottery", 20_000)));
        Voucher voucher = await _desk.VoucherOfAsync(elder, "regions/430211/programmes/meals");
        RedeemVoucherResponse redeemed = await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher.Name, provider));
        RefundRedemptionRequest refund = new() { RequestId = Desk.Id(), Redemption = redeemed.Redemption.Name, Memo = "错" };
        await _desk.Clerk(provider).RefundRedemptionAsync(refund);

        Assert.False(await DeliverAsync(made.Webhook));

        Received issued = await _receiver.NextAsync(), used = await _receiver.NextAsync(), back = await _receiver.NextAsync();
        long first = Index(issued);
        Assert.Equal(
            [$"430211-{first}-voucher-issued", $"430211-{first + 1}-voucher-redeemed", $"430211-{first + 2}-voucher-refunded"],
            [issued.Id, used.Id, back.Id]);
        Assert.Equal(
            $"{{'region':'regions/430211','entry':'regions/430211/entries/{first}','voucher':'{voucher.Name}',"
            + "'programme':'regions/430211/programmes/meals','amount':{'value':'10','unit':'MEAL'}}", Data(issued));
        string common = $"'voucher':'{voucher.Name}','redemption':'{redeemed.Redemption.Name}','provider':'{provider}',"
            + "'amount':{'value':'1000','unit':'CNY'}}";
        Assert.Equal($"{{'region':'regions/430211','entry':'regions/430211/entries/{first + 1}',{common}", Data(used));
        Assert.Equal($"{{'region':'regions/430211','entry':'regions/430211/entries/{first + 2}',{common}", Data(back));
        foreach (Received one in (Received[])[issued, used, back])
        {
            Assert.Equal(WebhookSender.Sign(made.Secret, Notice(one), one.Time), one.Signature);
            Assert.DoesNotContain(elder.Split('/')[^1], one.Body, StringComparison.Ordinal);
            Assert.StartsWith("2026-10-01T00:", (string)JsonNode.Parse(one.Body)!["timestamp"]!, StringComparison.Ordinal);
        }
        Webhook after = await Auditor.GetWebhookAsync(new GetWebhookRequest { Name = made.Webhook.Name });
        Assert.Equal((first + 3, V1.WebhookState.Active, back.Id), (after.NextIndex, after.State, after.LastAttempt.EventId));
        await DeliverAsync(made.Webhook);
        Assert.Equal(0, _receiver.Waiting);
    }

    [Fact]
    public async Task Only_the_chosen_events_are_told()
    {
        Webhook webhook = (await Administrator.CreateWebhookAsync(Creation(V1.WebhookEvent.VoucherRefunded))).Webhook;
        (_, string provider, string voucher) = await VoucherAsync();
        RedeemVoucherResponse redeemed = await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider));
        await DeliverAsync(webhook);
        Assert.Equal(0, _receiver.Waiting);
        await _desk.Clerk(provider).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = redeemed.Redemption.Name, Memo = "错" });
        await DeliverAsync(webhook);
        Assert.EndsWith("-voucher-refunded", (await _receiver.NextAsync()).Id, StringComparison.Ordinal);
        Assert.Equal(0, _receiver.Waiting);
    }

    [Fact]
    public async Task A_reversal_of_what_was_told_is_told_too()
    {
        Webhook webhook = (await Administrator.CreateWebhookAsync(Creation(V1.WebhookEvent.EntryReversed))).Webhook;
        (_, string provider, string voucher) = await VoucherAsync();
        string redemption = (await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider))).Redemption.Name;
        string entry = $"regions/430211/entries/{redemption.Split('/')[^1]}";
        var maker = new LedgerService.LedgerServiceClient(_server.As(Role.FinanceMaker));
        await maker.ReverseAsync(new ReverseRequest { RequestId = Desk.Id(), Entry = entry, Memo = "错" });
        // What is reversed here was never told: an allotment of money.
        await maker.ReverseAsync(new ReverseRequest { RequestId = Desk.Id(), Entry = await AllotmentAsync(), Memo = "错" });

        await DeliverAsync(webhook);

        JsonNode data = JsonNode.Parse((await _receiver.NextAsync()).Body)!["data"]!;
        Assert.Equal((entry, "voucher.redeemed"), ((string)data["reverses"]!, (string)data["reversed_type"]!));
        Assert.Equal(0, _receiver.Waiting);

        async Task<string> AllotmentAsync()
        {
            AllotFundsRequest request = _desk.Allotment("regions/430211/programmes/meals", ("regions/430211/funds/lottery", 10));
            await _desk.Maker.AllotFundsAsync(request);
            ListEntriesResponse last = await new LedgerService.LedgerServiceClient(_server.As(Role.Auditor)).ListEntriesAsync(
                new ListEntriesRequest { Parent = "regions/430211", Code = "ALLOT_FUNDS", NewestFirst = true, PageSize = 1 });
            return last.Entries[0].Name;
        }
    }

    [Fact]
    public async Task A_failing_event_holds_up_those_after_it_and_is_tried_less_and_less_often()
    {
        Webhook webhook = (await Administrator.CreateWebhookAsync(Creation(All))).Webhook;
        (_, string provider, string voucher) = await VoucherAsync();
        await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider));
        _receiver.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };

        string? id = null;
        DateTimeOffset before = _time.GetUtcNow();
        foreach (int seconds in (int[])[5, 10, 20, 40])
        {
            Assert.False(await DeliverAsync(webhook));
            Received one = await _receiver.NextAsync();
            Assert.Equal(id ??= one.Id, one.Id);
            Webhook seen = await Auditor.GetWebhookAsync(new GetWebhookRequest { Name = webhook.Name });
            Assert.Equal((V1.WebhookState.Retrying, V1.WebhookOutcome.Refused, 500),
                (seen.State, seen.LastAttempt.Outcome, seen.LastAttempt.HttpStatus));
            TimeSpan wait = seen.NextAttemptTime.ToDateTimeOffset() - _time.GetUtcNow();
            Assert.InRange(wait.TotalSeconds, seconds * 0.75, seconds);
            // Too early nothing is sent, whoever asks.
            _time.Advance(wait - TimeSpan.FromMilliseconds(1));
            await DeliverAsync(webhook);
            Assert.Equal(0, _receiver.Waiting);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
        _receiver.Answer = _ => Task.CompletedTask;
        await DeliverAsync(webhook);
        Received taken = await _receiver.NextAsync(), next = await _receiver.NextAsync();
        Assert.Equal((id, $"430211-{Index(taken) + 1}-voucher-redeemed"), (taken.Id, next.Id));
        Assert.True(long.Parse(taken.Time, CultureInfo.InvariantCulture) > before.ToUnixTimeSeconds());
        Webhook after = await Auditor.GetWebhookAsync(new GetWebhookRequest { Name = webhook.Name });
        Assert.Equal((V1.WebhookState.Active, 0), (after.State, after.Failures));
        Assert.Null(after.NextAttemptTime);
    }

    [Fact]
    public async Task A_slow_receiver_is_given_up_after_ten_seconds_and_holds_up_no_command()
    {
        Webhook webhook = (await Administrator.CreateWebhookAsync(Creation(All))).Webhook;
        await VoucherAsync();
        var never = new TaskCompletionSource();
        _receiver.Answer = _ => never.Task;
        Task<bool> delivered = DeliverAsync(webhook);
        await _receiver.NextAsync();

        // A second server that wakes it does nothing, and an administrator is answered at once.
        Assert.False(await DeliverAsync(webhook));
        await Administrator.DisableWebhookAsync(new DisableWebhookRequest { RequestId = Desk.Id(), Name = webhook.Name });
        Assert.False(delivered.IsCompleted);
        _time.Advance(WebhookSender.Timeout);

        Assert.False(await delivered);
        Webhook after = await Auditor.GetWebhookAsync(new GetWebhookRequest { Name = webhook.Name });
        Assert.Equal((V1.WebhookState.Disabled, V1.WebhookOutcome.NoAnswer), (after.State, after.LastAttempt.Outcome));
        never.SetResult();
    }

    [Fact]
    public async Task What_is_disabled_sends_nothing_and_goes_on_where_it_stopped()
    {
        Webhook webhook = (await Administrator.CreateWebhookAsync(Creation(All))).Webhook;
        await Administrator.DisableWebhookAsync(new DisableWebhookRequest { RequestId = Desk.Id(), Name = webhook.Name });
        await VoucherAsync();
        await DeliverAsync(webhook);
        Assert.Equal(0, _receiver.Waiting);
        Webhook enabled = await Administrator.EnableWebhookAsync(new EnableWebhookRequest { RequestId = Desk.Id(), Name = webhook.Name });
        Assert.Equal((V1.WebhookState.Active, webhook.NextIndex), (enabled.State, enabled.NextIndex));
        await DeliverAsync(webhook);
        Assert.EndsWith("-voucher-issued", (await _receiver.NextAsync()).Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replay_sends_the_same_ids_and_bytes_again_and_a_later_index_leaves_out_what_can_not_be_taken()
    {
        Webhook webhook = (await Administrator.CreateWebhookAsync(Creation(All))).Webhook;
        (_, string provider, string voucher) = await VoucherAsync();
        await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider));
        await DeliverAsync(webhook);
        Received issued = await _receiver.NextAsync(), redeemed = await _receiver.NextAsync();

        Webhook again = await Administrator.ReplayWebhookAsync(Replay(0));
        Assert.Equal(0, again.NextIndex);
        await DeliverAsync(webhook);
        foreach (Received before in (Received[])[issued, redeemed])
        {
            Received now = await _receiver.NextAsync();
            Assert.Equal((before.Id, before.Body), (now.Id, now.Body));
        }

        _receiver.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await Administrator.ReplayWebhookAsync(Replay(Index(issued)));
        await DeliverAsync(webhook);
        Assert.Equal(issued.Id, (await _receiver.NextAsync()).Id);
        _receiver.Answer = _ => Task.CompletedTask;
        Webhook skipped = await Administrator.ReplayWebhookAsync(Replay(Index(issued) + 1));
        Assert.Equal((V1.WebhookState.Active, 0), (skipped.State, skipped.Failures));
        await DeliverAsync(webhook);
        Assert.Equal(redeemed.Id, (await _receiver.NextAsync()).Id);
        Assert.Equal(0, _receiver.Waiting);

        long size = (await _server.Services.GetRequiredService<ILedgerReader>().ReadHeadAsync(RegionCode.Parse("430211"), default)).Size;
        await Administrator.ReplayWebhookAsync(Replay(size));
        await Administrator.ReplayWebhookAsync(Replay(size + 1)).IsRefusedAsync(Reason.InvalidField, "from_index");
        await Administrator.ReplayWebhookAsync(Replay(-1)).IsRefusedAsync(Reason.InvalidField, "from_index");

        ReplayWebhookRequest Replay(long from) => new() { RequestId = Desk.Id(), Name = webhook.Name, FromIndex = from };
    }

    [Fact]
    public async Task The_secret_is_shown_once_and_stored_sealed()
    {
        CreateWebhookRequest request = Creation(All);
        CreateWebhookResponse tried = await _server.TriedAsync(async () =>
            await Administrator.CreateWebhookAsync(new CreateWebhookRequest(request) { ValidateOnly = true }));
        Assert.Equal("", tried.Secret);
        CreateWebhookResponse made = await Administrator.CreateWebhookAsync(request);
        Assert.StartsWith("whsec_", made.Secret, StringComparison.Ordinal);
        Assert.Equal(tried.Webhook.Name, made.Webhook.Name);
        CreateWebhookResponse retried = await Administrator.CreateWebhookAsync(request);
        Assert.Equal((made.Webhook, ""), (retried.Webhook, retried.Secret));
        await Administrator.CreateWebhookAsync(new CreateWebhookRequest(request) { Url = "https://other.example/" })
            .IsRefusedAsync(Reason.RequestIdReused);

        string told = $"{await Auditor.GetWebhookAsync(new GetWebhookRequest { Name = made.Webhook.Name })}"
            + $"{await Auditor.ListWebhooksAsync(new ListWebhooksRequest { Parent = "regions/430211" })}";
        string secret = made.Secret["whsec_".Length..];
        Assert.DoesNotContain(secret, told, StringComparison.Ordinal);
        Assert.All(_server.StoredFiles(), file => Assert.DoesNotContain(secret, file, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_secret_signs_beside_the_former_one_for_a_day()
    {
        CreateWebhookResponse made = await Administrator.CreateWebhookAsync(Creation(All));
        (_, string provider, string voucher) = await VoucherAsync();
        RotateWebhookSecretRequest request = new() { RequestId = Desk.Id(), Name = made.Webhook.Name };
        string next = (await Administrator.RotateWebhookSecretAsync(request)).Secret;
        Assert.NotEqual(made.Secret, next);
        Assert.Equal("", (await Administrator.RotateWebhookSecretAsync(request)).Secret);
        await DeliverAsync(made.Webhook);
        Received both = await _receiver.NextAsync();
        string[] signed = [.. ((string[])[made.Secret, next]).Select(secret => WebhookSender.Sign(secret, Notice(both), both.Time))];
        Assert.Equal(signed, both.Signature.Split(' '));

        _time.Advance(WebhookGrain.FormerSigns);
        await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider));
        await DeliverAsync(made.Webhook);
        Received one = await _receiver.NextAsync();
        Assert.Equal(WebhookSender.Sign(next, Notice(one), one.Time), one.Signature);
    }

    [Fact]
    public async Task A_region_has_twenty_webhooks_at_work_at_most()
    {
        var made = new List<Webhook>();
        for (int number = 0; number < WebhookGrain.MaxAtWork; number++)
            made.Add((await Administrator.CreateWebhookAsync(Creation(All))).Webhook);
        await Administrator.CreateWebhookAsync(Creation(All)).IsRefusedAsync(Reason.WebhooksTooMany);
        await Administrator.DisableWebhookAsync(new DisableWebhookRequest { RequestId = Desk.Id(), Name = made[0].Name });
        await Administrator.CreateWebhookAsync(Creation(All));
        await Administrator.EnableWebhookAsync(new EnableWebhookRequest { RequestId = Desk.Id(), Name = made[0].Name })
            .IsRefusedAsync(Reason.WebhooksTooMany);
        // One that is at work already is no further one.
        await Administrator.EnableWebhookAsync(new EnableWebhookRequest { RequestId = Desk.Id(), Name = made[1].Name });

        ListWebhooksResponse first = await Auditor.ListWebhooksAsync(new ListWebhooksRequest { Parent = "regions/430211", PageSize = 15 });
        ListWebhooksResponse rest = await Auditor.ListWebhooksAsync(
            new ListWebhooksRequest { Parent = "regions/430211", PageSize = 15, PageToken = first.NextPageToken });
        Assert.Equal((15, 6, ""), (first.Webhooks.Count, rest.Webhooks.Count, rest.NextPageToken));
        Assert.Single(first.Webhooks.Concat(rest.Webhooks), webhook => webhook.State == V1.WebhookState.Disabled);
    }

    [Fact]
    public async Task The_last_twenty_attempts_are_listed_newest_first()
    {
        Webhook webhook = (await Administrator.CreateWebhookAsync(Creation(All))).Webhook;
        (_, string provider, string voucher) = await VoucherAsync();
        for (int meal = 0; meal < 10; meal++) await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider));
        await DeliverAsync(webhook);
        await Administrator.ReplayWebhookAsync(new ReplayWebhookRequest { RequestId = Desk.Id(), Name = webhook.Name });
        await DeliverAsync(webhook);
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(0, 22).Select(_ => _receiver.NextAsync())).ContinueWith(
            all => all.Result.Select(one => one.Id), TaskScheduler.Default)];

        var request = new ListWebhookAttemptsRequest { Webhook = webhook.Name, PageSize = 12 };
        ListWebhookAttemptsResponse first = await Auditor.ListWebhookAttemptsAsync(request);
        ListWebhookAttemptsResponse rest = await Auditor.ListWebhookAttemptsAsync(
            new ListWebhookAttemptsRequest(request) { PageToken = first.NextPageToken });
        Assert.Equal((12, 8, ""), (first.Attempts.Count, rest.Attempts.Count, rest.NextPageToken));
        Assert.Equal(ids.Reverse().Take(20), first.Attempts.Concat(rest.Attempts).Select(attempt => attempt.EventId));
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        const string name = "regions/430211/webhooks/0123456789AB";
        await Auditor.GetWebhookAsync(new GetWebhookRequest { Name = name }).IsRefusedAsync(Reason.WebhookNotFound);
        await Auditor.ListWebhookAttemptsAsync(new ListWebhookAttemptsRequest { Webhook = name }).IsRefusedAsync(Reason.WebhookNotFound);
        await Administrator.DisableWebhookAsync(new DisableWebhookRequest { RequestId = Desk.Id(), Name = name })
            .IsRefusedAsync(Reason.WebhookNotFound);
        await Administrator.RotateWebhookSecretAsync(new RotateWebhookSecretRequest { RequestId = Desk.Id(), Name = name })
            .IsRefusedAsync(Reason.WebhookNotFound);
        await Administrator.ReplayWebhookAsync(new ReplayWebhookRequest { RequestId = Desk.Id(), Name = name })
            .IsRefusedAsync(Reason.WebhookNotFound);
        Assert.False(await _server.Services.GetRequiredService<IGrainFactory>()
            .GetGrain<IWebhookDeliveryGrain>("430211/0123456789AB").DeliverAsync());
    }

    private CreateWebhookRequest Creation(params V1.WebhookEvent[] events) => new()
    {
        RequestId = Desk.Id(), Parent = "regions/430211", Url = _receiver.Address.ToString(), Events = { events },
    };

    private async Task<(string Elder, string Provider)> DeskAsync()
    {
        await _desk.FundAsync("lottery", 100_000);
        return (await _desk.RegisterElderAsync(), await _desk.ProviderAsync(V1.ServiceType.Meal));
    }

    /// <summary>A voucher of ten meals, of the only elder.</summary>
    private async Task<(string Elder, string Provider, string Voucher)> VoucherAsync()
    {
        (string elder, string provider) = await DeskAsync();
        string programme = await _desk.FundedAsync(_desk.Meals("meals"), ("regions/430211/funds/lottery", 20_000));
        await _desk.IssueAsync(programme);
        return (elder, provider, (await _desk.VoucherOfAsync(elder, programme)).Name);
    }

    private Task<bool> DeliverAsync(Webhook webhook) => _server.Services.GetRequiredService<IGrainFactory>()
        .GetGrain<IWebhookDeliveryGrain>($"430211/{webhook.Name.Split('/')[^1]}").DeliverAsync();

    private static WebhookNotice Notice(Received one) => new(default, one.Id, System.Text.Encoding.UTF8.GetBytes(one.Body));

    private static long Index(Received one) => long.Parse(one.Id.Split('-')[1], CultureInfo.InvariantCulture);

    /// <summary>The data with single quotes.</summary>
    private static string Data(Received one) => JsonNode.Parse(one.Body)!["data"]!.ToJsonString().Replace('"', '\'');
}
