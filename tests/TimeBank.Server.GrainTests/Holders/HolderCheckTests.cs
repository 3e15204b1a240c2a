using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>What a payment asks of the elder.</summary>
public sealed class HolderCheckTests : IAsyncLifetime
{
    private const string Right = "830412", Wrong = "274905",
        Table = """
            { "service": "meal", "fromFen": 5000, "needs": "confirmation" },
            { "service": "meal", "fromFen": 3000, "needs": "pin" }, { "service": "meal", "fromFen": 2000, "needs": "code-or-card" }
            """;

    private District _district = null!;
    private OpaqueId _elder, _meals;
    private string _canteen = "";

    private IPinGrain Pin => _district.Grains.GetGrain<IPinGrain>(District.Code, _elder);

    public async ValueTask InitializeAsync()
    {
        _district = await District.StartAsync();
        await _district.FundedAsync("lottery", 10_000_000);
        await _district.MealsAsync();
        await _district.AllotAsync("meals", "lottery", 12_000);
        _elder = await _district.ElderAsync(1940);
        _canteen = await _district.ProviderAsync(ServiceType.Meal);
        await _district.IssueAsync("meals");
        _meals = await _district.VoucherOfAsync("meals", _elder);
        await _district.NeedsAsync(Table);
        District.Value(await Pin.SetAsync(_district.Command(), new PinOrder(Right, "", "")));
    }

    public async ValueTask DisposeAsync() => await _district.DisposeAsync();

    [Fact]
    public async Task Where_the_policy_asks_nothing_nothing_is_looked_at()
    {
        Assert.Null((await _district.Voucher(_meals).RedeemAsync(_district.Command(), Meal(1_200))).Refusal);
        JournalEntry entry = (await RedeemAsync(_district.Command(), Meal(1_200), Shown(Wrong))).Entry!;

        Assert.Equal((HolderCheck.Nothing, HolderCheck.Nothing), (HolderCheckRule.NeededOf(entry), HolderCheckRule.ShownOf(entry)));
        Assert.Equal(0, (await Pin.GetAsync()).Misses);
    }

    [Fact]
    public async Task An_earlier_day_of_service_asks_for_no_less()
    {
        // The table is in force since today.
        DateOnly yesterday = _district.Today.AddDays(-1);
        var line = new BillLine(Slug.Parse("meal-canteen"), 3, new Fen(3_000), Fen.Zero);
        var bill = new BillClaim(OpaqueId.Parse(_canteen), _elder, ServicePlace.Home, yesterday, [line]);
        Refusal needed = Refusal.Of(Reason.HolderCheckNeeded, ("check", "HOLDER_CHECK_PIN"));

        Assert.Equal(needed, (await _district.Voucher(_meals).RedeemAsync(
            _district.Command(), Meal(3_000) with { ServiceDate = yesterday })).Refusal);
        Assert.Equal(needed, (await _district.Grains.GetGrain<IBillGrain>(District.Code, _elder).PayAsync(
            _district.Command(), bill, [], "")).Outcome.Refusal);
    }

    [Fact]
    public async Task Units_at_a_price_of_nearly_nothing_ask_for_no_less()
    {
        RedemptionClaim cheap = Meal(3_000) with { Price = new Fen(1) };
        Assert.Equal(Refusal.Of(Reason.HolderCheckNeeded, ("check", "HOLDER_CHECK_PIN")),
            (await _district.Voucher(_meals).RedeemAsync(_district.Command(), cheap)).Refusal);

        // Six meals are more than the 60 yuan that the elder agreed to.
        IConfirmationGrain asked = await ConfirmedAsync();
        ShownRecord shown = ShownRecord.Nothing with { Confirmation = asked.GetPrimaryKeyString().Split('/')[1] };
        Assert.Equal(Reason.ConfirmationOther,
            (await RedeemAsync(_district.Command(), cheap with { Quantity = 6 }, shown)).Refusal!.Reason);
        Assert.Null((await RedeemAsync(_district.Command(), cheap with { Quantity = 5 }, shown)).Refusal);
    }

    [Fact]
    public async Task Too_little_is_refused_and_the_request_stays_free()
    {
        Command dinner = _district.Command();

        Refusal? alone = (await _district.Voucher(_meals).RedeemAsync(dinner, Meal(3_000))).Refusal,
            code = (await RedeemAsync(dinner, Meal(3_000), Code("", _meals))).Refusal;
        JournalEntry paid = (await RedeemAsync(dinner, Meal(3_000), Shown(Right))).Entry!;

        Assert.Equal(Refusal.Of(Reason.HolderCheckNeeded, ("check", "HOLDER_CHECK_PIN")), alone);
        Assert.Equal(alone, code);
        Assert.Equal((HolderCheck.Pin, HolderCheck.Pin), (HolderCheckRule.NeededOf(paid), HolderCheckRule.ShownOf(paid)));
        // Stored bytes: a changed word must be a decision.
        Assert.Equal(("pin", "pin"), (paid.Detail("holderNeeded"), paid.Detail("holderShown")));
    }

    [Fact]
    public async Task A_code_of_this_voucher_is_enough_where_a_code_is_asked_and_a_PIN_stands_for_it()
    {
        var other = OpaqueId.Parse("0123456789AB");
        Assert.Equal(Reason.HolderCheckNeeded,
            (await RedeemAsync(_district.Command(), Meal(2_000), Code("", other))).Refusal!.Reason);

        JournalEntry byCode = (await RedeemAsync(_district.Command(), Meal(2_000), Code(Wrong, _meals, other))).Entry!,
            byPin = (await RedeemAsync(_district.Command(), Meal(2_000), Shown(Right))).Entry!;

        Assert.Equal((HolderCheck.CodeOrCard, HolderCheck.CodeOrCard),
            (HolderCheckRule.NeededOf(byCode), HolderCheckRule.ShownOf(byCode)));
        Assert.Equal((HolderCheck.CodeOrCard, HolderCheck.Pin), (HolderCheckRule.NeededOf(byPin), HolderCheckRule.ShownOf(byPin)));
        Assert.Equal(0, (await Pin.GetAsync()).Misses);
    }

    [Fact]
    public async Task A_good_card_of_the_elder_stands_for_the_code()
    {
        ICardsGrain cards = _district.Grains.GetGrain<ICardsGrain>(District.Code, _elder);
        District.Value(await cards.BindAsync(_district.Command(), new CardOrder(Hashes("new-key", "old-key"), "1234", "")));
        ShownRecord card = ShownRecord.Nothing with { Cards = Hashes("newer-key", "new-key") };

        JournalEntry paid = (await RedeemAsync(_district.Command(), Meal(2_000), card)).Entry!;
        Assert.Equal(HolderCheck.CodeOrCard, HolderCheckRule.ShownOf(paid));
        Assert.Equal(Reason.CardNotAccepted, (await RedeemAsync(
            _district.Command(), Meal(2_000), card with { Cards = Hashes("old-key") })).Refusal!.Reason);
        Assert.Equal(Reason.HolderCheckNeeded, (await RedeemAsync(_district.Command(), Meal(3_000), card)).Refusal!.Reason);
        District.Value(await cards.BlockAsync(_district.Command(), "丢了"));
        Command lost = _district.Command();
        Assert.Equal(Reason.CardNotAccepted, (await RedeemAsync(lost, Meal(2_000), card)).Refusal!.Reason);
        // The request stays free, and the PIN stands for the card.
        Assert.Null((await RedeemAsync(lost, Meal(2_000), card with { Pin = Right })).Refusal);
    }

    [Fact]
    public async Task A_request_that_was_answered_has_its_answer_whatever_PIN_comes_with_it()
    {
        Command missed = _district.Command(), paid = _district.Command();

        Assert.Equal(Reason.PinWrong, (await RedeemAsync(missed, Meal(3_000), Shown(Wrong))).Refusal!.Reason);
        Assert.Equal(Reason.PinWrong, (await RedeemAsync(missed, Meal(3_000), Shown(Right))).Refusal!.Reason);
        JournalEntry entry = (await RedeemAsync(paid, Meal(3_000), Shown(Right))).Entry!;
        Outcome again = await RedeemAsync(paid, Meal(3_000), Shown(Wrong));

        Assert.Equal((entry.Index, true), (again.Entry!.Index, again.Replayed));
        Assert.Equal(0, (await Pin.GetAsync()).Misses);
    }

    [Fact]
    public async Task Another_refusal_comes_first_and_costs_no_guess()
    {
        RedemptionClaim tooMany = Meal(3_000) with { Quantity = 11, Price = new Fen(12_000) };

        Assert.Equal(Reason.InsufficientBalance, (await RedeemAsync(_district.Command(), tooMany, Shown(Wrong))).Refusal!.Reason);

        Assert.Equal(0, (await Pin.GetAsync()).Misses);
    }

    [Fact]
    public async Task A_dry_run_says_what_is_needed_and_tries_no_PIN()
    {
        string before = await _district.EverythingAsync();

        Outcome would = await RedeemAsync(_district.Command() with { IsDryRun = true }, Meal(3_000), Shown(Wrong));

        Assert.Equal((HolderCheck.Pin, HolderCheck.Nothing),
            (HolderCheckRule.NeededOf(would.Entry!), HolderCheckRule.ShownOf(would.Entry!)));
        Assert.Equal(before, await _district.EverythingAsync());
    }

    [Fact]
    public async Task A_bill_is_asked_by_its_whole_amount_and_for_the_code_of_each_voucher_that_pays()
    {
        IBillGrain bills = _district.Grains.GetGrain<IBillGrain>(District.Code, _elder);
        var line = new BillLine(Slug.Parse("meal-canteen"), 1, new Fen(1_000), Fen.Zero);
        var small = new BillClaim(OpaqueId.Parse(_canteen), _elder, ServicePlace.Home, null, [line, line]);
        BillClaim large = small with { Lines = [line, line, line] };

        Assert.Equal(Reason.HolderCheckNeeded, (await bills.PayAsync(_district.Command(), small, [], "")).Outcome.Refusal!.Reason);
        Assert.Null((await bills.PayShownAsync(_district.Command(), small, [], "", Code("", _meals))).Outcome.Refusal);
        BillReply quote = await bills.PayAsync(_district.Command() with { IsDryRun = true }, large, [], "");
        Assert.Equal(HolderCheck.Pin, HolderCheckRule.NeededOf(quote.Outcome.Entry!));
        Assert.Equal(Reason.PinWrong,
            (await bills.PayShownAsync(_district.Command(), large, [], quote.Quote, Shown(Wrong))).Outcome.Refusal!.Reason);
        JournalEntry paid = (await bills.PayShownAsync(_district.Command(), large, [], quote.Quote, Shown(Right))).Outcome.Entry!;
        Assert.Equal((HolderCheck.Pin, HolderCheck.Pin), (HolderCheckRule.NeededOf(paid), HolderCheckRule.ShownOf(paid)));
    }

    [Fact]
    public async Task Without_a_network_a_code_is_all_that_can_be_shown()
    {
        Terminal terminal = await Terminal.ActiveAsync(_district, _canteen);
        string code = VoucherCode.Sign(
            new VoucherClaims(District.Tianyuan, _meals.Text, "a1b2c3d4e5f6", VoucherClaims.BitsOf([1]), 10, "MEAL",
                new DateOnly(2026, 10, 31), (await _district.Journal.ReadHeadAsync(District.Code, default)).Size - 1),
            District.VoucherKeys.SignerOf(District.Code));

        OfflineReceiptRecord small = (await terminal.SendAsync(terminal.Meals(code, 2, 2_000)))[0],
            large = (await terminal.SendAsync(terminal.Meals(code, 3, 3_000)))[0];

        Assert.Equal(OfflineStage.Accepted, small.Verdict.Stage);
        JournalEntry accepted = (await _district.Journal.EntriesAsync(District.Code, 0, 10_000, default)).Select(stored => stored.Entry)
            .Single(entry => entry.Code == EntryCode.RedeemVoucher);
        Assert.Equal((HolderCheck.CodeOrCard, HolderCheck.CodeOrCard),
            (HolderCheckRule.NeededOf(accepted), HolderCheckRule.ShownOf(accepted)));
        Assert.Equal(
            (OfflineStage.Exception, Refusal.Of(Reason.HolderCheckNeeded, ("check", "HOLDER_CHECK_PIN"))),
            (large.Verdict.Stage, large.Verdict.Refusal));
    }

    [Fact]
    public async Task A_confirmation_pays_once_by_its_provider_within_its_amount()
    {
        IConfirmationGrain asked = await ConfirmedAsync();
        ShownRecord shown = ShownRecord.Nothing with { Confirmation = asked.GetPrimaryKeyString().Split('/')[1] };
        Command dinner = _district.Command();

        Assert.Equal(Reason.HolderCheckNeeded, (await RedeemAsync(dinner, Meal(5_000), Shown(Right))).Refusal!.Reason);
        Assert.Equal(Reason.ConfirmationOther, (await RedeemAsync(dinner, Meal(6_001), shown)).Refusal!.Reason);
        Outcome paid = await RedeemAsync(dinner, Meal(5_000), shown), again = await RedeemAsync(dinner, Meal(5_000), shown);

        Assert.Equal(HolderCheck.Confirmation, HolderCheckRule.ShownOf(paid.Entry!));
        Assert.Equal(shown.Confirmation, paid.Entry!.Detail("holderConfirmation"));
        Assert.Equal(paid.Entry.Index, again.Entry!.Index);
        Assert.Equal(Reason.ConfirmationUsed, (await RedeemAsync(_district.Command(), Meal(5_000), shown)).Refusal!.Reason);
    }

    [Fact]
    public async Task A_confirmation_of_a_payment_that_was_refused_is_free_again()
    {
        IConfirmationGrain asked = await ConfirmedAsync();
        var use = new ConfirmationUse(_elder.Text, _canteen, ["meal-canteen"], 5_000);
        Command lost = _district.Command();
        District.Value(await asked.UseAsync(lost, use));
        Assert.Equal(Reason.ConfirmationUsed, (await asked.UseAsync(_district.Command(), use)).Reason);

        await _district.Ledger().SubmitAsync(Entries.Refuse(
            lost.Header(_district.Today, ""), EntryCode.RedeemVoucher, new Refusal(Reason.VoucherUsedUp)));

        District.Value(await asked.UseAsync(_district.Command(), use));
    }

    [Fact]
    public async Task Who_answered_does_not_take_the_money()
    {
        IConfirmationGrain asked = await ConfirmedAsync();
        ShownRecord shown = ShownRecord.Nothing with { Confirmation = asked.GetPrimaryKeyString().Split('/')[1] };

        Assert.Equal(Reason.MakerIsChecker, (await RedeemAsync(_district.Command("window"), Meal(5_000), shown)).Refusal!.Reason);

        Assert.Null((await RedeemAsync(_district.Command("clerk"), Meal(5_000), shown)).Refusal);
    }

    [Fact]
    public async Task A_payment_that_was_never_written_does_not_keep_a_confirmation_past_its_time()
    {
        IConfirmationGrain asked = await ConfirmedAsync();
        var use = new ConfirmationUse(_elder.Text, _canteen, ["meal-canteen"], 5_000);
        Command lost = _district.Command();
        District.Value(await asked.UseAsync(lost, use));
        _district.Now += TimeSpan.FromMinutes(14);
        District.Value(await asked.UseAsync(lost, use));

        _district.Now += TimeSpan.FromMinutes(1);

        Assert.Equal(Reason.ConfirmationExpired, (await asked.UseAsync(lost, use)).Reason);
    }

    [Fact]
    public async Task Who_asked_does_not_answer_and_time_ends_it()
    {
        IConfirmationGrain asked = await AskedAsync();
        ShownRecord shown = ShownRecord.Nothing with { Confirmation = asked.GetPrimaryKeyString().Split('/')[1] };

        Assert.Equal(Reason.ConfirmationWaiting, (await RedeemAsync(_district.Command(), Meal(5_000), shown)).Refusal!.Reason);
        Assert.Equal(Reason.MakerIsChecker, (await asked.AnswerAsync(_district.Command("clerk"), true, "问过")).Reason);
        _district.Now += TimeSpan.FromMinutes(15);
        Assert.Equal(Reason.ConfirmationExpired, (await asked.AnswerAsync(_district.Command("window"), true, "问过")).Reason);
        Assert.Equal(ConfirmationStage.Expired, (await asked.GetAsync())!.StageAt(_district.Now));

        IConfirmationGrain late = await ConfirmedAsync();
        _district.Now += TimeSpan.FromMinutes(15);
        shown = shown with { Confirmation = late.GetPrimaryKeyString().Split('/')[1] };
        Assert.Equal(Reason.ConfirmationExpired, (await RedeemAsync(_district.Command(), Meal(5_000), shown)).Refusal!.Reason);

        IConfirmationGrain no = await AskedAsync();
        District.Value(await no.AnswerAsync(_district.Command("window"), false, "老人说没有"));
        Assert.Equal(Reason.ConfirmationAnswered, (await no.AnswerAsync(_district.Command("window"), true, "又说有")).Reason);
        shown = shown with { Confirmation = no.GetPrimaryKeyString().Split('/')[1] };
        Assert.Equal(Reason.ConfirmationRefused, (await RedeemAsync(_district.Command(), Meal(5_000), shown)).Refusal!.Reason);
        shown = shown with { Confirmation = "0123456789AB" };
        Assert.Equal(Reason.ConfirmationNotFound, (await RedeemAsync(_district.Command(), Meal(5_000), shown)).Refusal!.Reason);
    }

    /// <summary>Stored bytes: a changed line must be a decision.</summary>
    [Fact]
    public async Task A_confirmation_is_stored_under_names_that_stay()
    {
        IConfirmationGrain asked = await ConfirmedAsync();
        District.Value(await asked.UseAsync(_district.Command(), new ConfirmationUse(_elder.Text, _canteen, ["meal-canteen"], 6_000)));
        ConfirmationRecord record = (await asked.GetAsync())!;

        string line = _district.States.Text().Split('\n').Single(line => line.Contains("\"upToFen\"", StringComparison.Ordinal)),
            stored = line[line.IndexOf('{', StringComparison.Ordinal)..line.IndexOf(",\"done\"", StringComparison.Ordinal)];

        Assert.Equal(
            ($"{{'record':{{'question':{{'elder':'{_elder}','provider':'{_canteen}','items':['meal-canteen'],'upToFen':6000}},"
                + "'stage':'confirmed','askedBy':'clerk','askedAt':'2026-10-02T08:00:00+08:00','expiresAt':'2026-10-02T00:15:00+00:00',"
                + $"'answeredBy':'window','answeredAt':'2026-10-02T08:00:00+08:00','note':'电话问过本人','usedBy':'{record.UsedBy}'}}")
                .Replace('\'', '"'),
            stored);
    }

    private async Task<IConfirmationGrain> AskedAsync()
    {
        Command asks = _district.Command("clerk");
        IConfirmationGrain grain = _district.Grains.GetGrain<IConfirmationGrain>(District.Code, asks.NewId);
        District.Value(await grain.AskAsync(asks, new ConfirmationQuestion(_elder.Text, _canteen, ["meal-canteen"], 6_000)));
        return grain;
    }

    private async Task<IConfirmationGrain> ConfirmedAsync()
    {
        IConfirmationGrain grain = await AskedAsync();
        District.Value(await grain.AnswerAsync(_district.Command("window"), agreed: true, "电话问过本人"));
        return grain;
    }

    private static ImmutableArray<KeyedHash> Hashes(params string[] keys) => [.. keys.Select(key => new KeyedHash($"id-{key}", key))];

    private static ShownRecord Shown(string pin) => ShownRecord.Nothing with { Pin = pin };

    private static ShownRecord Code(string pin, params OpaqueId[] vouchers) => new(pin, [.. vouchers], [], "");

    /// <summary>As many meals as the price takes at the contract's 12 yuan.</summary>
    private RedemptionClaim Meal(long price) => new(
        OpaqueId.Parse(_canteen), Slug.Parse("meal-canteen"), (price + 1_199) / 1_200, new Fen(price), Fen.Zero, ServicePlace.Unspecified);

    private Task<Outcome> RedeemAsync(Command command, RedemptionClaim claim, ShownRecord shown) =>
        _district.Voucher(_meals).RedeemShownAsync(command, claim, shown);
}
