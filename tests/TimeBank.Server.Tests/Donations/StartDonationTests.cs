using System.Text.Json.Nodes;
using TimeBank.Demo;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

public sealed class StartDonationTests(StripeDesk desk) : IClassFixture<StripeDesk>, IAsyncLifetime
{
    public ValueTask InitializeAsync()
    {
        desk.Stripe.Mend();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_page_is_opened_once_for_a_request()
    {
        string fund = await desk.FundAsync("page");
        StartDonationRequest gift = desk.Gift(fund);
        int before = desk.World.Sessions.Count;

        Donation donation = await desk.Counter.StartDonationAsync(gift), again = await desk.Counter.StartDonationAsync(gift);

        Assert.Equal(donation, again);
        Assert.Equal(before + 1, desk.World.Sessions.Count);
        Assert.Equal((fund, Desk.Fen(5_000), V1.DonationState.Open, "给老人加个菜", Desk.Fen(0), false),
            (donation.Fund, donation.Amount, donation.State, donation.Note, donation.Refunded, donation.Disputed));
        Assert.StartsWith("https://checkout.stripe.example/", donation.Url, StringComparison.Ordinal);
        Assert.Equal(desk.Time.GetUtcNow().AddDays(1).ToUnixTimeSeconds(), donation.ExpireTime.Seconds);
        IReadOnlyDictionary<string, string> form =
            desk.Stripe.Asked.Last(one => one.Line.StartsWith("POST", StringComparison.Ordinal)).Form;
        Assert.Equal(("430204", "page", "cny", "5000"), (form["metadata[region]"], form["payment_intent_data[metadata][fund]"],
            form["line_items[0][price_data][currency]"], form["line_items[0][price_data][unit_amount]"]));
        Assert.Matches("^[0-9a-f]{32}$", form["metadata[operation]"]);
        Assert.DoesNotContain(form.Values, value => value.Contains("加个菜", StringComparison.Ordinal));
        Assert.Equal(donation, await desk.SeenAsync(donation));
        await desk.Counter.StartDonationAsync(new StartDonationRequest(gift) { Amount = Desk.Fen(600) })
            .IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task Two_calls_at_once_with_one_request_id_open_one_page()
    {
        StartDonationRequest gift = desk.Gift(await desk.FundAsync("at-once"));
        int before = desk.World.Sessions.Count;

        Donation[] both = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => desk.Maker.StartDonationAsync(gift).ResponseAsync));

        Assert.Single(both.Distinct());
        Assert.Equal(before + 1, desk.World.Sessions.Count);
    }

    public static TheoryData<string, long, V1.FundKind, Reason> Refused { get; } = new()
    {
        { "", 0, V1.FundKind.Donation, Reason.AmountNotPositive },
        { "", -1, V1.FundKind.Donation, Reason.AmountNotPositive },
        { "", 100_000_000, V1.FundKind.Donation, Reason.AmountTooLarge },
        { "", 5_000, V1.FundKind.Lottery, Reason.FundNotForDonations },
        { "nothing", 5_000, V1.FundKind.Donation, Reason.FundNotFound },
        { "", 399, V1.FundKind.Donation, Reason.PaymentServiceRefused },
    };

    [Theory, MemberData(nameof(Refused))]
    public async Task What_cannot_be_given_is_refused(string fund, long fen, V1.FundKind kind, Reason reason)
    {
        string name = fund.Length > 0 ? $"{desk.Region}/funds/{fund}"
            : await desk.FundAsync($"refused{fen}{kind}".ToLowerInvariant(), kind);

        await desk.Counter.StartDonationAsync(desk.Gift(name, fen)).IsRefusedAsync(reason);
    }

    [Fact]
    public async Task A_dry_run_asks_nobody_and_leaves_nothing()
    {
        StartDonationRequest gift = desk.Gift(await desk.FundAsync("dry"));
        gift.ValidateOnly = true;
        int asked = desk.Stripe.Asked.Count;

        Donation would = await desk.Server.TriedAsync(() => desk.Counter.StartDonationAsync(gift).ResponseAsync, StripeDesk.Code);

        Assert.Equal(("", "", gift.Fund, V1.DonationState.Open), (would.Name, would.Url, would.Fund, would.State));
        Assert.Equal(asked, desk.Stripe.Asked.Count);
        Donation real = await desk.Counter.StartDonationAsync(new StartDonationRequest(gift) { ValidateOnly = false });
        Assert.Equal(real, await desk.Counter.StartDonationAsync(gift));
    }

    [Theory]
    [InlineData("DropAfterwards", 1)]
    [InlineData("ServerError", 1)]
    [InlineData("Conflict", 1)]
    public async Task What_is_lost_on_the_way_is_asked_again_under_the_same_key(string fault, int times)
    {
        string fund = await desk.FundAsync($"lost-{fault.ToLowerInvariant()}");
        int before = desk.World.Sessions.Count;
        desk.Stripe.Fail("/v1/checkout/sessions", Enum.Parse<StripeFault>(fault), times);

        Donation donation = await desk.Counter.StartDonationAsync(desk.Gift(fund));

        Assert.NotEmpty(donation.Url);
        Assert.Equal(before + 1, desk.World.Sessions.Count);
    }

    [Theory]
    [InlineData("TooMany", 1, 0)]
    [InlineData("ServerError", 3, 0)]
    [InlineData("DropAfterwards", 3, 0)]
    // The payment service may have forgotten the key: the page is looked for before another one is opened.
    [InlineData("DropAfterwards", 3, 25)]
    public async Task A_retry_after_an_outage_gives_one_page(string fault, int times, int hours)
    {
        StartDonationRequest gift = desk.Gift(await desk.FundAsync($"outage-{fault.ToLowerInvariant()}-{hours}"));
        int before = desk.World.Sessions.Count;
        desk.Stripe.Fail("/v1/checkout/sessions", Enum.Parse<StripeFault>(fault), times);
        await desk.Counter.StartDonationAsync(gift).IsRefusedAsync(Reason.PaymentServiceUnavailable);
        desk.Time.Advance(TimeSpan.FromHours(hours));
        // Many others in between: the page is found on a later page of the list.
        for (int other = 0; other < 3 && hours > 0; other++) await desk.StartAsync(gift.Fund);
        desk.Stripe.PageSize = 2;

        Donation donation = await desk.Counter.StartDonationAsync(gift);

        Assert.NotEmpty(donation.Url);
        Assert.Equal(before + 1 + (hours > 0 ? 3 : 0), desk.World.Sessions.Count);
    }

    [Fact]
    public async Task A_late_retry_opens_a_page_where_there_is_none()
    {
        StartDonationRequest gift = desk.Gift(await desk.FundAsync("late"));
        desk.Stripe.Fail("/v1/checkout/sessions", StripeFault.ServerError, 3);
        await desk.Counter.StartDonationAsync(gift).IsRefusedAsync(Reason.PaymentServiceUnavailable);
        desk.Time.Advance(TimeSpan.FromHours(25));

        Assert.NotEmpty((await desk.Counter.StartDonationAsync(gift)).Url);
    }

    public static TheoryData<string, string> Spoilt { get; } = new()
    {
        { "id", "remove" }, { "object", "remove" }, { "object", "\"charge\"" }, { "created", "remove" }, { "amount_total", "remove" },
        { "amount_total", "12.5" }, { "amount_total", "4999" }, { "status", "remove" }, { "currency", "\"usd\"" },
        { "metadata", "{\"operation\":\"another\"}" },
    };

    [Theory, MemberData(nameof(Spoilt))]
    public async Task An_answer_that_is_not_whole_is_refused(string field, string value)
    {
        int number = $"{field}{value}".Sum(letter => letter);
        StartDonationRequest gift = desk.Gift(await desk.FundAsync($"spoilt-{number}-{field.Length}"));
        desk.Stripe.Spoil = (_, answer) =>
        {
            if (value == "remove") answer.AsObject().Remove(field);
            else answer[field] = JsonNode.Parse(value);
            return answer;
        };
        await desk.Counter.StartDonationAsync(gift).IsRefusedAsync(Reason.PaymentServiceUnreadable);
        desk.Stripe.Mend();

        Assert.NotEmpty((await desk.Counter.StartDonationAsync(gift)).Url);
    }

    [Fact]
    public async Task An_answer_that_is_no_json_is_refused()
    {
        StartDonationRequest gift = desk.Gift(await desk.FundAsync("html"));
        desk.Stripe.Fail("/v1/checkout/sessions", StripeFault.NoJson);

        await desk.Counter.StartDonationAsync(gift).IsRefusedAsync(Reason.PaymentServiceUnreadable);
    }

    [Fact]
    public async Task Donations_are_listed_by_fund_and_state()
    {
        string one = await desk.FundAsync("list-one"), two = await desk.FundAsync("list-two");
        (Donation paid, _) = await desk.PaidAsync(one);
        (Donation open, _) = await desk.StartAsync(one);
        (Donation other, JsonObject ended) = await desk.StartAsync(two);
        desk.World.Expire(ended);
        await desk.DeliverAsync(desk.EventOf("checkout.session.expired", ended).ToJsonString());

        string[] both = [.. new[] { paid.Name, open.Name }.Order(StringComparer.Ordinal)];
        Assert.Equal(both, await NamesAsync(one, V1.DonationState.Unspecified));
        Assert.Equal([paid.Name], await NamesAsync(one, V1.DonationState.Paid));
        Assert.Equal([open.Name], await NamesAsync(one, V1.DonationState.Open));
        Assert.Equal([other.Name], await NamesAsync(two, V1.DonationState.Expired));
        await desk.Auditor.GetDonationAsync(new GetDonationRequest { Name = $"{desk.Region}/donations/0123456789AB" })
            .IsRefusedAsync(Reason.DonationNotFound);
    }

    [Theory]
    [InlineData(true, V1.DonationState.Pending)]
    [InlineData(false, V1.DonationState.Failed)]
    public async Task Money_that_comes_later_is_not_paid_yet(bool settles, V1.DonationState state)
    {
        (Donation donation, JsonObject session) = await desk.StartAsync(await desk.FundAsync($"slow-{settles}".ToLowerInvariant()));
        desk.World.Pay(session, isSlow: true);
        if (!settles) desk.World.Fail(session);
        await desk.DeliverAsync(desk.EventOf("checkout.session.completed", session).ToJsonString());
        Assert.Equal(state, (await desk.SeenAsync(donation)).State);
        if (!settles) return;

        desk.World.Settle(session);
        await desk.DeliverAsync(desk.EventOf("checkout.session.async_payment_succeeded", session).ToJsonString());

        Assert.Equal(V1.DonationState.Paid, (await desk.SeenAsync(donation)).State);
    }

    private async Task<IEnumerable<string>> NamesAsync(string fund, V1.DonationState state) =>
        (await desk.Auditor.ListDonationsAsync(new ListDonationsRequest { Parent = desk.Region, Fund = fund, State = state }))
            .Donations.Select(donation => donation.Name);
}
