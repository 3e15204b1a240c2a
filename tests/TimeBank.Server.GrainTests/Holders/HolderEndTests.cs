using System.Collections.Immutable;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>How what an elder shows ends: by a death, by an unbinding, by a retired key; and what a day's sum asks.</summary>
public sealed class HolderEndTests : IAsyncLifetime
{
    private const string Right = "830412",
        Table = """
            { "service": "any", "fromFen": 3000, "needs": "pin", "sum": "day" },
            { "service": "any", "fromFen": 2000, "needs": "code-or-card" }
            """;

    private District _district = null!;
    private OpaqueId _elder, _other, _meals;
    private string _canteen = "";

    private IPinGrain Pin => _district.Grains.GetGrain<IPinGrain>(District.Code, _elder);

    private ICardsGrain Cards => _district.Grains.GetGrain<ICardsGrain>(District.Code, _elder);

    public async ValueTask InitializeAsync()
    {
        _district = await District.StartAsync();
        await _district.FundedAsync("lottery", 10_000_000);
        await _district.MealsAsync();
        await _district.AllotAsync("meals", "lottery", 24_000);
        (_elder, _other) = (await _district.ElderAsync(1940), await _district.ElderAsync(1941));
        _canteen = await _district.ProviderAsync(ServiceType.Meal);
        await _district.IssueAsync("meals");
        _meals = await _district.VoucherOfAsync("meals", _elder);
        await _district.NeedsAsync(Table);
        District.Value(await Pin.SetAsync(_district.Command(), new PinOrder(Right, "", "")));
        District.Value(await Cards.BindAsync(_district.Command(), Card("new", "old")));
    }

    public async ValueTask DisposeAsync() => await _district.DisposeAsync();

    [Fact]
    public async Task After_a_death_neither_PIN_nor_card_pays_and_the_counter_confirms()
    {
        DateOnly yesterday = _district.Today.AddDays(-1);
        RedemptionClaim lunch = Meal(2_000) with { ServiceDate = yesterday }, feast = Meal(4_800) with { ServiceDate = yesterday };
        await DiesAsync();
        Refusal ended = Refusal.Of(Reason.HolderDeceased, ("date", $"{yesterday:yyyy-MM-dd}"));

        Command paid = _district.Command("clerk");
        Assert.Equal(ended, (await RedeemAsync(paid, lunch, ShownRecord.Nothing with { Pin = Right })).Refusal);
        Assert.Equal(ended, (await RedeemAsync(paid, lunch, ShownRecord.Nothing with { Cards = Hashes("new") })).Refusal);
        Assert.Equal(0, (await Pin.GetAsync()).Misses);
        // The paper still says which voucher it is; the request stayed free.
        Assert.Null((await RedeemAsync(paid, lunch, ShownRecord.Nothing with { Vouchers = [_meals] })).Refusal);
        // Where a PIN was asked, somebody at the counter answers for whom they asked.
        Outcome quote = await RedeemAsync(_district.Command() with { IsDryRun = true }, feast, ShownRecord.Nothing);
        Assert.Equal(HolderCheck.Confirmation, HolderCheckRule.NeededOf(quote.Entry!));
        Assert.Equal(ended, (await RedeemAsync(_district.Command(), feast, ShownRecord.Nothing with { Pin = Right })).Refusal);
        IConfirmationGrain asked = await AskedAsync();
        Assert.Equal(Reason.HolderDeceased, (await asked.AnswerAsync(_district.Command("family"), agreed: true, "我是女儿")).Reason);
        District.Value(await asked.AnswerAsync(
            _district.Command("window") with { OnBehalfOf = _elder.Text }, agreed: true, "电话问过女儿"));
        ShownRecord answered = ShownRecord.Nothing with { Confirmation = asked.GetPrimaryKeyString().Split('/')[1] };
        JournalEntry entry = (await RedeemAsync(_district.Command("clerk"), feast, answered)).Entry!;
        Assert.Equal(HolderCheck.Confirmation, HolderCheckRule.ShownOf(entry));

        Assert.Equal(ended, (await Pin.SetAsync(_district.Command(), new PinOrder("274905", "", "忘记了"))).Refusal);
        Assert.Equal(ended, (await Cards.BindAsync(_district.Command(), Card("another"))).Refusal);
    }

    [Fact]
    public async Task What_the_family_agreed_to_before_the_notice_ends_with_it()
    {
        IConfirmationGrain asked = await AskedAsync();
        District.Value(await asked.AnswerAsync(_district.Command("family"), agreed: true, "本人同意"));
        await DiesAsync();

        Refusal refusal = (await RedeemAsync(
            _district.Command("clerk"), Meal(4_800) with { ServiceDate = _district.Today.AddDays(-1) },
            ShownRecord.Nothing with { Confirmation = asked.GetPrimaryKeyString().Split('/')[1] })).Refusal!;

        Assert.Equal(Reason.HolderDeceased, refusal.Reason);
    }

    [Fact]
    public async Task A_wrong_notice_of_a_death_gives_all_of_it_back()
    {
        await DiesAsync();
        await NoticeAsync(ElderNoticeKind.Returned, _district.Today, "2");

        Assert.Null((await RedeemAsync(_district.Command(), Meal(3_600), ShownRecord.Nothing with { Pin = Right })).Refusal);
    }

    [Fact]
    public async Task Small_payments_of_a_day_are_judged_by_their_sum()
    {
        OpaqueId elsewhere = OpaqueId.Parse(await _district.ProviderAsync(ServiceType.Meal));
        JournalEntry first = (await _district.Voucher(_meals).RedeemAsync(_district.Command(), Meal(1_200))).Entry!;
        Assert.Null((await _district.Voucher(_meals).RedeemAsync(_district.Command(), Meal(1_200) with { Provider = elsewhere })).Refusal);

        Command third = _district.Command();
        Assert.Equal(Refusal.Of(Reason.HolderCheckNeeded, ("check", "HOLDER_CHECK_PIN")),
            (await _district.Voucher(_meals).RedeemAsync(third, Meal(1_200))).Refusal);
        Assert.Null((await RedeemAsync(third, Meal(1_200), ShownRecord.Nothing with { Pin = Right })).Refusal);
        // What was taken back counts no more, and a bill counts as a payment does.
        Assert.Null((await _district.Voucher(_meals).RefundAsync(_district.Command(), first.Index)).Refusal);
        var bill = new BillClaim(OpaqueId.Parse(_canteen), _elder, ServicePlace.Home, null,
            [new BillLine(Slug.Parse("meal-canteen"), 1, new Fen(1_200), Fen.Zero)]);
        IBillGrain bills = _district.Grains.GetGrain<IBillGrain>(District.Code, _elder);
        Assert.Equal(Reason.HolderCheckNeeded, (await bills.PayAsync(_district.Command(), bill, [], "")).Outcome.Refusal!.Reason);
        // Another day begins at nothing.
        _district.MoveTo(_district.Today.AddDays(1));
        JournalEntry paid = (await bills.PayAsync(_district.Command(), bill, [], "")).Outcome.Entry!;
        Assert.Equal(HolderCheck.Nothing, HolderCheckRule.NeededOf(paid));
        Assert.Null((await bills.PayAsync(_district.Command(), bill, [], "")).Outcome.Refusal);
        Assert.Equal(Reason.HolderCheckNeeded, (await bills.PayAsync(_district.Command(), bill, [], "")).Outcome.Refusal!.Reason);
        Assert.Null((await bills.RefundAsync(_district.Command(), paid.Index, [])).Refusal);
        Assert.Null((await bills.PayAsync(_district.Command(), bill, [], "")).Outcome.Refusal);
    }

    [Fact]
    public async Task A_card_of_the_wrong_elder_is_unbound_by_two_and_its_history_stays()
    {
        ICardsGrain right = _district.Grains.GetGrain<ICardsGrain>(District.Code, _other);
        Assert.Equal(Reason.CardOtherElder, (await right.BindAsync(_district.Command(), Card("new", "old"))).Reason);
        Assert.Equal(Reason.CardNotOfElder, (await Cards.AskUnbindingAsync(_district.Command("one"), Card("else"))).Reason);
        Assert.Equal(Reason.CardUnbindingNotFound, (await Cards.UnbindAsync(_district.Command("two"), "1234")).Reason);
        District.Value(await Cards.AskUnbindingAsync(_district.Command("one"), Card("new", "old") with { Reason = "绑错了人" }));
        Assert.Equal(Reason.MakerIsChecker, (await Cards.UnbindAsync(_district.Command("one"), "1234")).Reason);
        Assert.Equal(Reason.CardUnbindingNotFound, (await Cards.UnbindAsync(_district.Command("two"), "9999")).Reason);
        // Until then it is as it was.
        Assert.Null((await RedeemAsync(_district.Command(), Meal(2_000), ShownRecord.Nothing with { Cards = Hashes("new") })).Refusal);
        Command unbinds = _district.Command("two");

        // A crash after the card has ended and before its number is free: the same request goes on.
        _district.States.FailNext(CardNumberState.Kind);
        await Assert.ThrowsAnyAsync<Exception>(() => Cards.UnbindAsync(unbinds, "1234"));
        Assert.Equal(Reason.CardOtherElder, (await right.BindAsync(_district.Command(), Card("new", "old"))).Reason);
        CardList history = District.Value(await Cards.UnbindAsync(unbinds, "1234"));

        CardRecord card = Assert.Single(history.Cards);
        Assert.Equal(("two", "绑错了人", "one"), (card.EndedBy, card.Reason, card.Unbound!.By));
        Assert.Null(history.Asked);
        District.Value(await right.BindAsync(_district.Command(), Card("new", "old")));
        // The day's sum is another matter.
        _district.MoveTo(_district.Today.AddDays(1));
        Assert.Equal(Reason.CardNotAccepted,
            (await RedeemAsync(_district.Command(), Meal(2_000), ShownRecord.Nothing with { Cards = Hashes("new") })).Refusal!.Reason);
        // The first elder's old request again takes nothing from the second one.
        District.Value(await Cards.UnbindAsync(unbinds, "1234"));
        Assert.Equal(_other.Text, await _district.Grains.GetGrain<ICardNumberGrain>(District.Code, "new").OwnerAsync());
        Assert.Equal(Reason.CardOtherElder, (await Cards.BindAsync(_district.Command(), Card("new", "old"))).Reason);
    }

    [Fact]
    public async Task A_card_goes_over_to_the_current_master_key_at_its_next_use()
    {
        Assert.Null((await RedeemAsync(
            _district.Command(), Meal(2_000), ShownRecord.Nothing with { Cards = Hashes("newest", "new", "old") })).Refusal);

        Assert.Equal(("newest", "id-newest"), (await Cards.GetAsync()).Good is { } good ? (good.Key, good.KeyId) : default);
        Assert.Equal(_elder.Text, await _district.Grains.GetGrain<ICardNumberGrain>(District.Code, "newest").OwnerAsync());
        // The older keys are gone: the card is good all the same, and still nobody else's.
        Assert.Equal(Reason.CardOtherElder, (await _district.Grains.GetGrain<ICardsGrain>(District.Code, _other)
            .BindAsync(_district.Command(), Card("newest"))).Reason);
    }

    private Task DiesAsync() => NoticeAsync(ElderNoticeKind.Deceased, _district.Today.AddDays(-1), "1");

    private async Task NoticeAsync(ElderNoticeKind kind, DateOnly day, string key) => District.Value(
        await _district.Grains.GetGrain<IElderGrain>(District.Code, _elder).RecordNoticeAsync(
            _district.Command(), new NoticeRecord(kind, day, _district.Today, Benefits.None, "", "civil", key, "STAFF")));

    private async Task<IConfirmationGrain> AskedAsync()
    {
        Command asks = _district.Command("clerk");
        IConfirmationGrain grain = _district.Grains.GetGrain<IConfirmationGrain>(District.Code, asks.NewId);
        District.Value(await grain.AskAsync(asks, new ConfirmationQuestion(_elder.Text, _canteen, ["meal-canteen"], 6_000)));
        return grain;
    }

    private static CardOrder Card(params string[] keys) => new(Hashes(keys), "1234", "");

    private static ImmutableArray<KeyedHash> Hashes(params string[] keys) => [.. keys.Select(key => new KeyedHash($"id-{key}", key))];

    /// <summary>As many meals as the price takes at the contract's 12 yuan.</summary>
    private RedemptionClaim Meal(long price) => new(
        OpaqueId.Parse(_canteen), Slug.Parse("meal-canteen"), (price + 1_199) / 1_200, new Fen(price), Fen.Zero, ServicePlace.Unspecified);

    private Task<Outcome> RedeemAsync(Command command, RedemptionClaim claim, ShownRecord shown) =>
        _district.Voucher(_meals).RedeemShownAsync(command, claim, shown);
}
