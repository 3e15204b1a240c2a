using System.Net;
using System.Text.Json.Nodes;
using TimeBank.Demo;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

public sealed class StripeWebhookTests(StripeDesk desk) : IClassFixture<StripeDesk>, IAsyncLifetime
{
    private static int s_funds;
    private string _fund = "";

    public async ValueTask InitializeAsync()
    {
        desk.Stripe.Mend();
        await desk.SyncAsync();
        _fund = await desk.FundAsync($"events-{Interlocked.Increment(ref s_funds)}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(0, HttpStatusCode.OK)]
    [InlineData(-300, HttpStatusCode.OK)]
    [InlineData(-301, HttpStatusCode.BadRequest)]
    [InlineData(301, HttpStatusCode.BadRequest)]
    public async Task A_signature_counts_for_five_minutes(int seconds, HttpStatusCode status)
    {
        (JsonObject happened, _) = await PaidAsync();
        string body = happened.ToJsonString();

        Assert.Equal(status, await desk.DeliverAsync(body, desk.Signed(body, seconds)));

        Assert.Equal(status == HttpStatusCode.OK, (await desk.EventsAsync()).ContainsKey((string)happened["id"]!));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("t=1,v1=00")]
    [InlineData("garbage")]
    [InlineData("t={now}")]
    [InlineData("v1={right}")]
    [InlineData("t=x,v1={right}")]
    [InlineData("t=99999999999999999999,v1={right}")]
    [InlineData("t={now},v0={right}")]
    [InlineData("t={now},v1={wrong}")]
    [InlineData("t={now},v1={otherBody}")]
    public async Task Without_a_right_signature_nothing_is_kept(string? header)
    {
        (JsonObject happened, _) = await PaidAsync();
        string body = happened.ToJsonString();
        int kept = (await desk.EventsAsync()).Count, booked = await desk.BookedAsync();

        Assert.Equal(HttpStatusCode.BadRequest, await desk.PostAsync(body, Filled(header, body)));

        Assert.Equal((kept, booked), ((await desk.EventsAsync()).Count, await desk.BookedAsync()));
    }

    /// <summary>While the secret is changed, Stripe signs with both.</summary>
    [Fact]
    public async Task One_right_signature_of_several_is_enough()
    {
        (JsonObject happened, _) = await PaidAsync();
        string body = happened.ToJsonString();

        Assert.Equal(HttpStatusCode.OK, await desk.DeliverAsync(body, Filled("t={now},v1={wrong},v1={right},v0=1", body)));
        Assert.Equal(StripeEventStage.Followed, (await desk.EventsAsync())[(string)happened["id"]!].Stage);
    }

    [Theory]
    [InlineData(512 * 1024, HttpStatusCode.OK)]
    [InlineData((512 * 1024) + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_is_bounded(int size, HttpStatusCode status)
    {
        string body = $"{{\"object\":\"event\",\"id\":\"evt_size_{size}\",\"pad\":\"";
        body = string.Concat(body, new string('x', size - body.Length - 2), "\"}");

        Assert.Equal(status, await desk.DeliverAsync(body));
    }

    [Fact]
    public async Task Nothing_else_is_answered_at_the_path()
    {
        using var http = new HttpClient();

        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(desk.Server.Http, "/stripe/webhook"))).StatusCode);
    }

    [Fact]
    public async Task A_doubled_event_has_one_effect()
    {
        (JsonObject happened, JsonObject charge) = await PaidAsync();
        string body = happened.ToJsonString();
        int booked = await desk.BookedAsync();

        HttpStatusCode[] all = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => desk.DeliverAsync(body)));
        // Three days later, once more; and another event about the same.
        desk.Time.Advance(TimeSpan.FromDays(3));
        await desk.DeliverAsync(body);
        await desk.DeliverAsync(desk.EventOf("charge.updated", charge).ToJsonString());
        await desk.SyncAsync();

        Assert.All(all, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(booked + 1, await desk.BookedAsync());
        Assert.Equal("ReceiveDonation expense/fees +100 fund/" + _fund.Split('/')[^1] + "/available -5000 stripe/balance +4900",
            await desk.EntryAsync((string)charge["balance_transaction"]!));
    }

    [Fact]
    public async Task Events_may_come_in_any_order()
    {
        (JsonObject paid, JsonObject charge) = await PaidAsync();
        string fund = _fund.Split('/')[^1];
        JsonObject refund = desk.World.Refund(charge, 2_000);

        // The refund comes first, and the payment later.
        await desk.DeliverAsync(desk.EventOf("refund.created", refund).ToJsonString());
        Assert.Equal($"RefundDonation fund/{fund}/owed +2000 stripe/balance -2000",
            await desk.EntryAsync((string)refund["balance_transaction"]!));
        await desk.DeliverAsync(paid.ToJsonString());

        Assert.Equal($"ReceiveDonation expense/fees +100 fund/{fund}/available -3000 fund/{fund}/owed -2000 stripe/balance +4900",
            await desk.EntryAsync((string)charge["balance_transaction"]!));
        Assert.Equal((-3_000, 0), (await desk.DebitAsync($"fund/{fund}/available"), await desk.DebitAsync($"fund/{fund}/owed")));
    }

    [Fact]
    public async Task The_state_is_what_is_fetched_and_not_what_the_event_says()
    {
        (Donation donation, JsonObject session) = await desk.StartAsync(_fund);
        JsonObject lie = desk.EventOf("checkout.session.completed", session);
        (lie["data"]!["object"]!["payment_status"], lie["data"]!["object"]!["status"]) = ("paid", "complete");

        Assert.Equal(HttpStatusCode.OK, await desk.DeliverAsync(lie.ToJsonString()));

        Assert.Equal(V1.DonationState.Open, (await desk.SeenAsync(donation)).State);
        Assert.Equal(0, await desk.DebitAsync($"fund/{_fund.Split('/')[^1]}/available"));
    }

    public static TheoryData<string, string, string, string> Odd { get; } = new()
    {
        { "another release", "api_version", "\"2020-08-27\"", "Followed" },
        { "no release", "api_version", "null", "Followed" },
        { "a strange amount", "amount", "12.5", "Followed" },
        { "an amount that is too large", "amount", "99999999999999999999", "Followed" },
    };

    [Theory, MemberData(nameof(Odd))]
    public async Task An_odd_event_is_kept_as_it_came_and_its_object_fetched(string what, string field, string value, string stage)
    {
        (_, JsonObject charge) = await PaidAsync();
        JsonObject happened = desk.EventOf("charge.succeeded", charge);
        JsonObject place = field == "amount" ? happened["data"]!["object"]!.AsObject() : happened;
        place[field] = JsonNode.Parse(value);
        string body = happened.ToJsonString();

        Assert.Equal(HttpStatusCode.OK, await desk.DeliverAsync(body));

        StripeEventState kept = (await desk.EventsAsync())[(string)happened["id"]!];
        Assert.True(kept.Notice!.Odd.Length > 0, what);
        Assert.Equal((body, stage), (kept.Notice.Raw, kept.Stage.ToString()));
        Assert.StartsWith("ReceiveDonation", await desk.EntryAsync((string)charge["balance_transaction"]!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":"evt_thin","object":"v2.core.event","type":"v1.billing.meter.error","related_object":{"id":"m_1","type":"x"}}""")]
    [InlineData("""{"id":"evt_other","object":"event","api_version":"2026-10-28.endive","type":"ping","data":{"object":null}}""")]
    [InlineData("""{"object":"event","type":"charge.succeeded"}""")]
    [InlineData("""{"id":"../../evt","object":"event","type":"charge.succeeded"}""")]
    [InlineData("""{"id":7,"object":"event","data":[1,2]}""")]
    [InlineData("""{"id":"evt_strange","object":"event","api_version":7,"data":{"object":"ch_1"}}""")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"text\"")]
    [InlineData("no json")]
    [InlineData("null")]
    [InlineData("")]
    public async Task What_is_signed_and_says_nothing_is_kept_as_it_came(string body)
    {
        int before = (await desk.EventsAsync()).Count;

        Assert.Equal(HttpStatusCode.OK, await desk.DeliverAsync(body));
        Assert.Equal(HttpStatusCode.OK, await desk.DeliverAsync(body));

        IReadOnlyDictionary<string, StripeEventState> all = await desk.EventsAsync();
        Assert.Equal(before + 1, all.Count);
        StripeEventState kept = Assert.Single(all.Values, one => one.Notice!.Raw == body && one.Notice.Odd.Length > 0);
        Assert.Equal(StripeEventStage.Kept, kept.Stage);
    }

    /// <summary>A whole event has the donor's name and address, so none of it is kept but the ids.</summary>
    [Fact]
    public async Task Of_a_whole_event_only_ids_are_kept()
    {
        (_, JsonObject charge) = await PaidAsync();
        JsonObject happened = desk.EventOf("charge.succeeded", charge);
        Assert.Contains("donor@example.org", happened.ToJsonString(), StringComparison.Ordinal);

        await desk.DeliverAsync(happened.ToJsonString());

        StripeNotice kept = (await desk.EventsAsync())[(string)happened["id"]!].Notice!;
        Assert.Equal(("", "", "charge", (string)charge["id"]!), (kept.Odd, kept.Raw, kept.Kind, kept.ObjectId));
    }

    [Fact]
    public async Task Another_accounts_event_is_refused()
    {
        (JsonObject happened, _) = await PaidAsync();
        happened["account"] = "acct_1Other";

        Assert.Equal(HttpStatusCode.BadRequest, await desk.DeliverAsync(happened.ToJsonString()));

        Assert.DoesNotContain((string)happened["id"]!, (await desk.EventsAsync()).Keys);
    }

    [Fact]
    public async Task An_event_about_what_is_not_there_is_kept_with_the_reason()
    {
        JsonObject happened = desk.EventOf("charge.succeeded", new JsonObject { ["id"] = "ch_nothing", ["object"] = "charge" });

        Assert.Equal(HttpStatusCode.OK, await desk.DeliverAsync(happened.ToJsonString()));

        StripeEventState kept = (await desk.EventsAsync())[(string)happened["id"]!];
        Assert.Equal((StripeEventStage.Kept, "PaymentServiceRefused code=resource_missing"), (kept.Stage, kept.Because));
    }

    [Fact]
    public async Task What_cannot_be_fetched_now_is_fetched_by_the_next_run()
    {
        (JsonObject happened, JsonObject charge) = await PaidAsync();
        string id = (string)happened["id"]!;
        // Once by the delivery, once by the test's own look.
        desk.Stripe.Fail("/v1/", StripeFault.ServerError, 6);
        Assert.Equal(HttpStatusCode.OK, await desk.DeliverAsync(happened.ToJsonString()));
        Assert.Equal(StripeEventStage.Received, (await desk.EventsAsync())[id].Stage);
        desk.Stripe.Mend();

        await desk.SyncAsync();

        Assert.Equal(StripeEventStage.Followed, (await desk.EventsAsync())[id].Stage);
        Assert.StartsWith("ReceiveDonation", await desk.EntryAsync((string)charge["balance_transaction"]!), StringComparison.Ordinal);
    }

    /// <summary>The refund is booked, and the donation could not be looked at: the next run looks.</summary>
    [Fact]
    public async Task What_a_donation_says_is_looked_at_again_where_that_failed()
    {
        (JsonObject paid, JsonObject charge) = await PaidAsync();
        await desk.DeliverAsync(paid.ToJsonString());
        JsonObject refund = desk.World.Refund(charge, 2_000), happened = desk.EventOf("refund.created", refund);
        desk.Stripe.Fail("/v1/checkout/sessions/", StripeFault.ServerError, 6);
        await desk.DeliverAsync(happened.ToJsonString());
        Assert.StartsWith("RefundDonation", await desk.EntryAsync((string)refund["balance_transaction"]!), StringComparison.Ordinal);
        Assert.Equal(StripeEventStage.Received, (await desk.EventsAsync())[(string)happened["id"]!].Stage);
        desk.Stripe.Mend();

        await desk.SyncAsync();

        Assert.Equal(StripeEventStage.Followed, (await desk.EventsAsync())[(string)happened["id"]!].Stage);
        Donation donation = Assert.Single((await desk.Maker.ListDonationsAsync(new ListDonationsRequest
        {
            Parent = $"regions/{_fund.Split('/')[1]}", Fund = _fund,
        })).Donations);
        Assert.Equal(2_000, donation.Refunded.Value);
    }

    [Fact]
    public async Task Every_kind_of_event_books_what_it_is_about()
    {
        (_, JsonObject charge) = await PaidAsync();
        string fund = _fund.Split('/')[^1];
        JsonObject intent = desk.World.Intents.Single(one => (string)one["id"]! == (string)charge["payment_intent"]!);
        await desk.DeliverAsync(desk.EventOf("payment_intent.succeeded", intent).ToJsonString());
        Assert.StartsWith("ReceiveDonation", await desk.EntryAsync((string)charge["balance_transaction"]!), StringComparison.Ordinal);

        JsonObject dispute = desk.World.Dispute(charge);
        await desk.DeliverAsync(desk.EventOf("charge.dispute.created", dispute).ToJsonString());
        Assert.Equal(
            $"DisputeDonation expense/fees +1500 fund/{fund}/available +5000 stripe/balance -6500", await EntryOfAsync(dispute, 0));
        desk.World.Win(dispute);
        await desk.DeliverAsync(desk.EventOf("charge.dispute.funds_reinstated", dispute).ToJsonString());
        Assert.Equal(
            $"ReinstateDonation expense/fees -1500 fund/{fund}/available -5000 stripe/balance +6500", await EntryOfAsync(dispute, 1));

        JsonObject payout = desk.World.PayOut(byHand: 1_000);
        await desk.DeliverAsync(desk.EventOf("payout.paid", payout).ToJsonString());
        Assert.Equal("StripePayout stripe/balance -1000 stripe/in-transit +1000",
            await desk.EntryAsync((string)payout["balance_transaction"]!));
    }

    private async Task<string> EntryOfAsync(JsonObject dispute, int at) =>
        await desk.EntryAsync((string)dispute["balance_transactions"]!.AsArray()[at]!["id"]!);

    /// <summary>A donation that the donor has paid, and the event that says so.</summary>
    private async Task<(JsonObject Event, JsonObject Charge)> PaidAsync()
    {
        (_, JsonObject session) = await desk.StartAsync(_fund);
        JsonObject charge = desk.World.Pay(session);
        return (desk.EventOf("checkout.session.completed", session), charge);
    }

    private string? Filled(string? header, string body)
    {
        long now = desk.Time.GetUtcNow().ToUnixTimeSeconds();
        return header?.Replace("{now}", $"{now}", StringComparison.Ordinal)
            .Replace("{right}", StripeEvent.Signature(body, now, StripeDesk.WebhookSecret), StringComparison.Ordinal)
            .Replace("{wrong}", StripeEvent.Signature(body, now, "whsec_other"), StringComparison.Ordinal)
            .Replace("{otherBody}", StripeEvent.Signature($"{body} ", now, StripeDesk.WebhookSecret), StringComparison.Ordinal);
    }
}
