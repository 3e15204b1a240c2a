using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class VoucherGrainTests : IAsyncLifetime
{
    private District _district = null!;
    private OpaqueId _meals, _money, _elder;
    private string _canteen = "", _carer = "";

    public async ValueTask InitializeAsync()
    {
        _district = await District.StartAsync();
        await _district.FundedAsync("lottery", 10_000_000);
        await _district.MealsAsync();
        await _district.NationalAsync();
        await _district.AllotAsync("meals", "lottery", 12_000);
        await _district.AllotAsync("national", "lottery", 80_000);
        _elder = await _district.ElderAsync(1940, points: 40);
        _canteen = await _district.ProviderAsync(ServiceType.Meal);
        _carer = await _district.ProviderAsync(ServiceType.Care);
        await _district.IssueAsync("meals");
        await _district.IssueAsync("national");
        (_meals, _money) = (await _district.VoucherOfAsync("meals", _elder), await _district.VoucherOfAsync("national", _elder));
    }

    public async ValueTask DisposeAsync() => await _district.DisposeAsync();

    [Fact]
    public async Task A_unit_voucher_pays_units_and_frees_what_the_price_left_of_the_commitment()
    {
        JournalEntry entry = (await RedeemAsync(_meals, Meal(quantity: 2, price: 2_000))).Entry!;

        Redemption details = Redemption.Of(entry);
        Assert.Equal((2, new Fen(2_000), new Fen(0), 8), (details.FromVoucher, details.Credited, details.OwnPart, details.Remaining));
        Assert.Equal((_elder.Text, "meals", "430000/2026-01"), (details.Elder.Text, details.Programme.Text, entry.Header.PolicyVersion));
        Assert.Equal(2_000, await PayableAsync(_canteen));
        Assert.Equal(
            (9_600, 400), (await _district.BalanceAsync(Chart.ProgrammeCommitted(Slug.Parse("meals")).Path), await AllottedAsync("meals")));
    }

    [Fact]
    public async Task A_price_above_the_contract_price_is_the_elders_own_part()
    {
        Redemption details = Redemption.Of((await RedeemAsync(_meals, Meal(quantity: 2, price: 3_000, insurance: 100))).Entry!);

        Assert.Equal((new Fen(2_400), new Fen(500)), (details.Credited, details.OwnPart));
    }

    [Theory]
    [InlineData(ServicePlace.Home, 8_000, 0, 4_000)]
    [InlineData(ServicePlace.Institution, 8_000, 0, 3_200)]
    [InlineData(ServicePlace.Home, 8_001, 2_000, 3_000)]
    [InlineData(ServicePlace.Home, 20_000, 0, 4_800)]
    public async Task A_money_voucher_pays_its_share_of_the_own_part_up_to_the_ceiling(ServicePlace place, long price, long insurance,
        long paid)
    {
        Redemption details = Redemption.Of(
            (await RedeemAsync(_money, Care(price) with { Place = place, Insurance = new Fen(insurance) })).Entry!);

        Assert.Equal((paid, price - insurance - paid, 80_000 - paid), (details.FromVoucher, details.OwnPart.Value, details.Remaining));
        Assert.Equal(paid, await PayableAsync(_carer));
    }

    [Fact]
    public async Task A_replay_answers_the_same_and_other_content_is_a_conflict()
    {
        RedemptionClaim claim = Meal();
        Command lunch = District.Named("lunch");
        Outcome first = await RedeemAsync(_meals, claim, lunch);
        await RedeemAsync(_meals, Meal());
        await _district.Voucher(_meals).VoidAsync(_district.Command());

        Outcome again = await RedeemAsync(_meals, claim, lunch);
        Assert.Equal((first.Entry!.Index, Redemption.Of(first.Entry)), (again.Entry!.Index, Redemption.Of(again.Entry)));
        Assert.Equal(Reason.RequestIdReused, await RefusalAsync(_meals, claim, District.Named("lunch", "other")));
    }

    [Fact]
    public async Task A_refusal_is_remembered_even_when_the_rules_would_now_allow_it()
    {
        Assert.Equal(Reason.InsufficientBalance, await RefusalAsync(_meals, Meal(quantity: 11, price: 10_000), District.Named("party")));
        RedemptionClaim early = Meal() with { ServiceDate = District.First.AddDays(1) };
        Assert.Equal(Reason.ServiceDateInFuture, await RefusalAsync(_meals, early, District.Named("early")));

        _district.MoveTo(District.First.AddDays(1));
        Assert.Equal(Reason.ServiceDateInFuture, await RefusalAsync(_meals, early, District.Named("early")));
    }

    [Fact]
    public async Task Use_by_and_claim_by_are_enforced_apart()
    {
        var last = new DateOnly(2026, 10, 31);
        _district.MoveTo(new DateOnly(2026, 11, 1));
        Assert.Equal(Reason.VoucherExpired, await RefusalAsync(_meals, Meal()));
        Assert.Null(await RefusalAsync(_meals, Meal() with { ServiceDate = last }));
        _district.MoveTo(last.AddDays(28));
        Assert.Null(await RefusalAsync(_meals, Meal() with { ServiceDate = last }));
        _district.MoveTo(last.AddDays(29));
        Assert.Equal(Reason.VoucherClaimByPassed, await RefusalAsync(_meals, Meal() with { ServiceDate = last }));
    }

    [Fact]
    public async Task A_place_left_out_is_wrong_only_for_money_and_is_not_remembered()
    {
        RedemptionClaim nowhere = Care(1_000) with { Place = ServicePlace.Unspecified };

        Assert.Equal(Reason.InvalidField, await RefusalAsync(_money, nowhere, District.Named("care")));
        Assert.Null(await RefusalAsync(_money, nowhere with { Place = ServicePlace.Home }, District.Named("care")));
        Assert.Null(await RefusalAsync(_meals, Meal() with { Place = ServicePlace.Unspecified }));
    }

    [Fact]
    public async Task A_refund_gives_back_everything_once()
    {
        long allotted = await AllottedAsync("meals");
        JournalEntry redemption = (await RedeemAsync(_meals, Meal(quantity: 2, price: 2_000))).Entry!;
        IVoucherGrain voucher = _district.Voucher(_meals);
        Command sorry = District.Named("sorry");

        Outcome first = await voucher.RefundAsync(sorry, redemption.Index), again = await voucher.RefundAsync(sorry, redemption.Index);

        Assert.Equal((first.Entry!.Index, 10), (again.Entry!.Index, Redemption.Of(again.Entry).Remaining));
        Assert.Equal((10, 0, allotted),
            (await _district.BalanceAsync(Chart.VoucherPath(_meals)), await PayableAsync(_canteen), await AllottedAsync("meals")));
        Assert.Equal(Reason.RedemptionAlreadyRefunded, await RefundAsync(_meals, redemption.Index));
        Assert.Equal(Reason.RedemptionNotFound, await RefundAsync(_money, redemption.Index));
        Assert.Equal(Reason.RedemptionNotFound, await RefundAsync(_meals, redemption.Index + 1));
        Assert.Equal(Reason.RedemptionNotFound, await RefundAsync(_meals, long.MaxValue));
    }

    [Fact]
    public async Task A_voided_voucher_has_ended_for_good()
    {
        JournalEntry redemption = (await RedeemAsync(_meals, Meal())).Entry!;
        Assert.Null((await _district.Voucher(_meals).VoidAsync(District.Named("end"))).Refusal);

        Assert.Equal(Reason.VoucherVoided, await RefusalAsync(_meals, Meal()));
        Assert.Equal(Reason.VoucherVoided, (await _district.Voucher(_meals).VoidAsync(_district.Command())).Refusal?.Reason);
        Assert.Null((await _district.Voucher(_meals).VoidAsync(District.Named("end"))).Refusal);
        Assert.Equal((12_000 - 1_100, 0),
            (await AllottedAsync("meals"), await _district.BalanceAsync(Chart.ProgrammeCommitted(Slug.Parse("meals")).Path)));

        // A meal that wasn't eaten is the programme's again, and the voucher is still voided.
        Command sorry = District.Named("sorry");
        Outcome back = await _district.Voucher(_meals).RefundAsync(sorry, redemption.Index);
        Assert.Equal(back.Entry!.Index, (await _district.Voucher(_meals).RefundAsync(sorry, redemption.Index)).Entry!.Index);
        Assert.Equal((0, 12_000, 0), (Redemption.Of(back.Entry).Remaining, await AllottedAsync("meals"), await PayableAsync(_canteen)));
        Assert.Equal(Reason.RedemptionAlreadyRefunded, await RefundAsync(_meals, redemption.Index));
        Assert.Equal(Reason.VoucherVoided, await RefusalAsync(_meals, Meal()));
        Assert.Equal(Reason.VoucherVoided, (await _district.Voucher(_meals).VoidAsync(_district.Command())).Refusal?.Reason);
    }

    /// <summary>After claim-by the way is the same before and after the run, by a refund and by a reversal.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task What_comes_back_after_claim_by_is_the_programmes(bool isExpired, bool isReversed)
    {
        JournalEntry meal = (await RedeemAsync(_meals, Meal())).Entry!, care = (await RedeemAsync(_money, Care(8_000))).Entry!;
        _district.MoveTo(new DateOnly(2026, 11, 29));
        if (isExpired) await Expiry(_district.Command()).ExpireAsync(Assert.Single(await Expiry(_district.Command()).DueAsync(default)));
        long before = await AllottedAsync("national");

        foreach ((OpaqueId voucher, long index) in new[] { (_meals, meal.Index), (_money, care.Index) })
        {
            IVoucherGrain grain = _district.Voucher(voucher);
            Outcome back = isReversed ? (await grain.ReverseAsync(_district.Command(), index)).Outcome
                : await grain.RefundAsync(_district.Command(), index);
            Assert.Equal((EntryKind.Reverse, "Expired"), (back.Entry!.Kind, back.Entry.Detail(VoucherRule.EndedKey)));
        }

        Assert.Equal((0, 0), (await PayableAsync(_canteen), await PayableAsync(_carer)));
        Assert.Equal(before + 4_000, await AllottedAsync("national"));
        Assert.Equal(Reason.VoucherClaimByPassed, await RefusalAsync(_meals, Meal() with { ServiceDate = District.First }));
        if (!isExpired) await Expiry(_district.Command()).ExpireAsync(Assert.Single(await Expiry(_district.Command()).DueAsync(default)));
        Assert.Equal((12_000, 80_000), (await AllottedAsync("meals"), await AllottedAsync("national")));
        Assert.Equal(Reason.VoucherClaimByPassed, await RefusalAsync(_meals, Meal() with { ServiceDate = District.First }));
    }

    [Fact]
    public async Task A_used_up_voucher_says_so_and_cannot_be_voided()
    {
        Assert.Null(await RefusalAsync(_meals, Meal(quantity: 10, price: 12_000)));

        Assert.Equal(Reason.VoucherUsedUp, await RefusalAsync(_meals, Meal()));
        Assert.Equal(Reason.VoucherUsedUp, (await _district.Voucher(_meals).VoidAsync(_district.Command())).Refusal?.Reason);
    }

    [Fact]
    public async Task Expiry_waits_for_late_claims_and_happens_once()
    {
        Command run = District.Named("november");
        _district.MoveTo(new DateOnly(2026, 11, 28));
        Assert.Empty(await Expiry(run).DueAsync(default));
        Assert.Null(await _district.Voucher(_meals).ExpireAsync(run));

        _district.MoveTo(new DateOnly(2026, 11, 29));
        OpaqueId[] due = Assert.Single(await Expiry(run).DueAsync(default));
        RunPage page = await Expiry(run).ExpireAsync(due), again = await Expiry(_district.Command()).ExpireAsync(due);

        Assert.Equal((2, 10, 80_000), (page.Changed, page.Amounts["MEAL"], page.Amounts["CNY"]));
        Assert.Equal((0, 2), (again.Changed, again.Looked));
        Assert.Empty(await Expiry(run).DueAsync(default));
        Assert.Equal(page.Amounts, (await Expiry(run).DoneBeforeAsync(default)).Amounts);
        Assert.Equal((12_000, 80_000), (await AllottedAsync("meals"), await AllottedAsync("national")));
        // A service of the voucher's days is claimed too late, as before the run. A later service was never covered.
        Assert.Equal(Reason.VoucherClaimByPassed, await RefusalAsync(_meals, Meal() with { ServiceDate = District.First }));
        Assert.Equal(Reason.VoucherExpired, await RefusalAsync(_meals, Meal()));
    }

    [Fact]
    public async Task A_void_that_is_only_tried_ends_nothing_and_a_refused_one_is_forgotten()
    {
        Command end = District.Named("end"), asks = end with { IsDryRun = true };
        Assert.Null(await RefusalAsync(_meals, Meal(quantity: 10, price: 12_000), District.Named("party")));
        JournalEntry party = (await RedeemAsync(_meals, Meal(quantity: 10, price: 12_000), District.Named("party"))).Entry!;
        string before = await _district.EverythingAsync();
        Assert.Equal(Reason.VoucherUsedUp, (await _district.Voucher(_meals).VoidAsync(asks)).Refusal?.Reason);
        Assert.Equal(before, await _district.EverythingAsync());
        Assert.Null(await RefundAsync(_meals, party.Index));
        before = await _district.EverythingAsync();

        Outcome would = await _district.Voucher(_meals).VoidAsync(asks);

        Assert.Equal(before, await _district.EverythingAsync());
        Outcome done = await _district.Voucher(_meals).VoidAsync(end);
        Assert.Equal((would.Entry!.Index, would.Entry.Code), (done.Entry!.Index, done.Entry.Code));
    }

    [Fact]
    public async Task An_expiry_run_that_is_only_tried_counts_what_would_expire()
    {
        Command run = District.Named("november"), asks = run with { IsDryRun = true };
        _district.MoveTo(new DateOnly(2026, 11, 29));
        string before = await _district.EverythingAsync();

        Assert.Null((await Expiry(asks).BeginAsync()).Refusal);
        RunPage would = await Expiry(asks).ExpireAsync(Assert.Single(await Expiry(asks).DueAsync(default)));

        Assert.Equal(before, await _district.EverythingAsync());
        Assert.Null((await Expiry(run).BeginAsync()).Refusal);
        RunPage done = await Expiry(run).ExpireAsync(Assert.Single(await Expiry(run).DueAsync(default)));
        Assert.Equal((2, 10, 80_000), (would.Changed, would.Amounts["MEAL"], would.Amounts["CNY"]));
        Assert.Equal((would.Changed, would.Amounts["MEAL"], would.Amounts["CNY"]),
            (done.Changed, done.Amounts["MEAL"], done.Amounts["CNY"]));
    }

    [Fact]
    public async Task Unknown_vouchers_and_providers_are_refused()
    {
        Assert.Equal(Reason.VoucherNotFound, await RefusalAsync(OpaqueId.Parse("0123456789AB"), Meal()));
        Assert.Equal(Reason.ProviderNotFound, await RefusalAsync(_meals, Meal() with { Provider = OpaqueId.Parse("0123456789AB") }));
        Assert.Equal(Reason.VoucherNotFound,
            (await _district.Voucher(OpaqueId.Parse("0123456789AB")).VoidAsync(_district.Command())).Refusal?.Reason);
    }

    [Fact]
    public async Task Concurrent_claims_never_pay_more_than_the_voucher_has()
    {
        Outcome[] answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => RedeemAsync(_meals, Meal())));

        Assert.Equal(10, answers.Count(answer => answer.Refusal is null));
        Assert.All(answers.Where(answer => answer.Refusal is not null), answer =>
            Assert.Equal(Reason.VoucherUsedUp, answer.Refusal!.Reason));
        Assert.Equal(11_000, await PayableAsync(_canteen));
    }

    private RedemptionClaim Meal(long quantity = 1, long price = 1_100, long insurance = 0) => new(
        OpaqueId.Parse(_canteen), Slug.Parse("meal-canteen"), quantity, new Fen(price), new Fen(insurance), ServicePlace.Home);

    private RedemptionClaim Care(long price) => new(
        OpaqueId.Parse(_carer), Slug.Parse("care-home"), 1, new Fen(price), Fen.Zero, ServicePlace.Home);

    private Task<Outcome> RedeemAsync(OpaqueId voucher, RedemptionClaim claim, Command? command = null) =>
        _district.Voucher(voucher).RedeemAsync(command ?? _district.Command(), claim);

    private ExpiryRun Expiry(Command run) => new(run, District.Code, null, _district.Grains, _district.Journal, _district.Business);

    private async Task<Reason?> RefusalAsync(OpaqueId voucher, RedemptionClaim claim, Command? command = null) =>
        (await RedeemAsync(voucher, claim, command)).Refusal?.Reason;

    private async Task<Reason?> RefundAsync(OpaqueId voucher, long index) =>
        (await _district.Voucher(voucher).RefundAsync(_district.Command(), index)).Refusal?.Reason;

    private Task<long> PayableAsync(string provider) => _district.BalanceAsync(Chart.ProviderPayable(OpaqueId.Parse(provider)).Path);

    private Task<long> AllottedAsync(string programme) => _district.BalanceAsync(Chart.ProgrammeAllotted(Slug.Parse(programme)).Path);
}
