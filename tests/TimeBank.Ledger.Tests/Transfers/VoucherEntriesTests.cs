using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class VoucherEntriesTests
{
    [Fact]
    public void Life_of_a_money_voucher()
    {
        Book book = Given.FundedProgramme();

        JournalEntry issue = book.Accept(VoucherEntries.Issue(Given.Header("a"), Given.Voucher, Given.Money, 80_000));
        JournalEntry redeem = book.Accept(VoucherEntries.RedeemMoney(Given.Header("b"), Given.Voucher, Given.Provider, new Fen(30_000)));
        JournalEntry refund = book.Accept(VoucherEntries.Refund(Given.Header("c"), redeem.Id));
        book.Accept(VoucherEntries.RedeemMoney(Given.Header("d"), Given.Voucher, Given.Provider, new Fen(50_000)));
        JournalEntry expire = book.Accept(VoucherEntries.Expire(Given.Header("e"), Given.Voucher, Given.Money, 30_000));

        Assert.Equal(
            [EntryCode.IssueVoucher, EntryCode.RedeemVoucher, EntryCode.RefundRedemption, EntryCode.ExpireVoucher],
            new[] { issue, redeem, refund, expire }.Select(entry => entry.Code));
        Assert.Equal("programme/meals/allotted>voucher/C00000000001 CNY 80000/0/0", Given.Moved(book, issue));
        Assert.Equal("voucher/C00000000001>provider/P00000000001/payable CNY 30000/0/0", Given.Moved(book, redeem));
        Assert.Equal("provider/P00000000001/payable>voucher/C00000000001 CNY 30000/0/0", Given.Moved(book, refund));
        Assert.Equal("voucher/C00000000001>programme/meals/allotted CNY 30000/0/0", Given.Moved(book, expire));
        Assert.True(book.Counters("voucher/C00000000001").IsEmpty);
    }

    [Fact]
    public void Life_of_a_unit_voucher()
    {
        Book book = Given.FundedProgramme();

        JournalEntry issue = book.Accept(VoucherEntries.Issue(Given.Header("a"), Given.Voucher, Given.Meals, 30));
        JournalEntry redeem = book.Accept(
            VoucherEntries.RedeemUnits(Given.Header("b"), Given.Voucher, Given.Meals, Given.Provider, 2, new Fen(2_000)));
        JournalEntry whole = book.Accept(
            VoucherEntries.RedeemUnits(Given.Header("c"), Given.Voucher, Given.Meals, Given.Provider, 1, new Fen(1_200)));
        JournalEntry refund = book.Accept(VoucherEntries.Refund(Given.Header("d"), redeem.Id));
        JournalEntry voided = book.Accept(VoucherEntries.Void(Given.Header("e"), Given.Voucher, Given.Meals, 29));

        Assert.Equal(
            "programme/meals/units>voucher/C00000000001 MEAL 30/0/0\nprogramme/meals/allotted>programme/meals/committed CNY 36000/0/0",
            Given.Moved(book, issue));
        Assert.Equal(
            "voucher/C00000000001>programme/meals/units MEAL 2/0/0\nprogramme/meals/committed>provider/P00000000001/payable CNY "
                + "2000/0/0\nprogramme/meals/committed>programme/meals/allotted CNY 400/0/0",
            Given.Moved(book, redeem));
        Assert.Equal(
            "voucher/C00000000001>programme/meals/units MEAL 1/0/0\nprogramme/meals/committed>provider/P00000000001/payable CNY 1200/0/0",
            Given.Moved(book, whole));
        Assert.Equal(
            "programme/meals/allotted>programme/meals/committed CNY 400/0/0\nprovider/P00000000001/payable>programme/meals/committed CNY "
                + "2000/0/0\nprogramme/meals/units>voucher/C00000000001 MEAL 2/0/0",
            Given.Moved(book, refund));
        Assert.Equal(EntryCode.VoidVoucher, voided.Code);
        Assert.Equal(
            "voucher/C00000000001>programme/meals/units MEAL 29/0/0\nprogramme/meals/committed>programme/meals/allotted CNY 34800/0/0",
            Given.Moved(book, voided));
        Assert.Equal(100_000 - 1_200, book.Counters(Chart.ProgrammeAllotted(Given.Programme)).DebitRoom);
        Assert.True(book.Counters(Chart.ProgrammeCommitted(Given.Programme)).IsEmpty);
        Assert.True(book.Counters(Chart.ProgrammeUnits(Given.Programme, Unit.Meal)).IsEmpty);
    }

    public static TheoryData<string, Func<EntryHeader, Proposal>, Reason> Refused { get; } = new()
    {
        { "a voucher that isn't there", header => VoucherEntries.RedeemMoney(header, Given.Provider, Given.Provider, new Fen(1)),
            Reason.AccountNotFound },
        { "meals as money", header => VoucherEntries.RedeemMoney(header, Given.Voucher, Given.Provider, new Fen(1)), Reason.UnitMismatch },
        { "nothing issued", header => VoucherEntries.Issue(header, Given.Provider, Given.Money, 0), Reason.AmountNotPositive },
        { "less than nothing issued", header => VoucherEntries.Issue(header, Given.Provider, Given.Meals, -1), Reason.AmountNotPositive },
        { "more issued than is funded", header => VoucherEntries.Issue(header, Given.Provider, Given.Money, 100_001),
            Reason.InsufficientBalance },
        { "more units issued than are funded", header => VoucherEntries.Issue(header, Given.Provider, Given.Meals, 84),
            Reason.InsufficientBalance },
        { "units of no price", header => VoucherEntries.Issue(header, Given.Provider, Given.Meals with { UnitPrice = Fen.Zero }, 1),
            Reason.AmountNotPositive },
        { "a price past all bounds", header => VoucherEntries.Issue(header, Given.Provider, Given.Meals, Shape.MaxAmount),
            Reason.AmountTooLarge },
        { "a price past 64 bits", header =>
            VoucherEntries.Issue(header, Given.Provider, Given.Meals with { UnitPrice = new Fen(long.MaxValue) }, 2),
            Reason.AmountTooLarge },
        { "a count past all bounds", header => VoucherEntries.Issue(header, Given.Provider, Given.Meals, long.MaxValue),
            Reason.AmountTooLarge },
        { "the smallest count", header => VoucherEntries.Issue(header, Given.Provider, Given.Meals, long.MinValue),
            Reason.AmountNotPositive },
        { "the same voucher again", header => VoucherEntries.Issue(header, Given.Voucher, Given.Meals, 1), Reason.AccountExists },
        { "the same voucher under other terms", header =>
            VoucherEntries.Issue(header, Given.Voucher, Given.Meals with { UseBy = new DateOnly(2099, 1, 1) }, 1), Reason.AccountExists },
        { "no units redeemed", header => VoucherEntries.RedeemUnits(header, Given.Voucher, Given.Meals, Given.Provider, 0, new Fen(1)),
            Reason.AmountNotPositive },
        { "less than none redeemed", header =>
            VoucherEntries.RedeemUnits(header, Given.Voucher, Given.Meals, Given.Provider, -3, new Fen(1)), Reason.AmountNotPositive },
        { "a provider who earns nothing", header =>
            VoucherEntries.RedeemUnits(header, Given.Voucher, Given.Meals, Given.Provider, 1, Fen.Zero), Reason.AmountNotPositive },
        { "more units than are left", header =>
            VoucherEntries.RedeemUnits(header, Given.Voucher, Given.Meals, Given.Provider, 11, new Fen(1)), Reason.InsufficientBalance },
        { "units past 64 bits", header =>
            VoucherEntries.RedeemUnits(header, Given.Voucher, Given.Meals, Given.Provider, long.MaxValue, new Fen(1)),
            Reason.AmountTooLarge },
        { "nothing expired", header => VoucherEntries.Expire(header, Given.Voucher, Given.Meals, 0), Reason.AmountNotPositive },
        { "more voided than is left", header => VoucherEntries.Void(header, Given.Voucher, Given.Meals, 11), Reason.InsufficientBalance },
        { "more voided than can be", header => VoucherEntries.Void(header, Given.Voucher, Given.Meals, long.MaxValue),
            Reason.AmountTooLarge },
        { "a refund of nothing", header => VoucherEntries.Refund(header, Command.IdOf("none")), Reason.EntryNotFound },
    };

    [Theory, MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void What_the_voucher_does_not_hold_is_refused(string row, Func<EntryHeader, Proposal> proposal, Reason expected)
    {
        Book book = Given.FundedProgramme();
        book.Accept(VoucherEntries.Issue(Given.Header("a"), Given.Voucher, Given.Meals, 10));

        Outcome outcome = book.Submit(proposal(Given.Header("b")));

        Assert.True(expected == outcome.Refusal?.Reason, $"{row}: {outcome.Refusal}");
    }

    [Theory]
    [InlineData(EntryCode.RefundRedemption)]
    [InlineData(EntryCode.Reverse)]
    public void What_comes_back_for_an_expired_money_voucher_goes_through_it_to_the_programme(EntryCode code)
    {
        Book book = Given.FundedProgramme();
        book.Accept(VoucherEntries.Issue(Given.Header("a"), Given.Voucher, Given.Money, 80_000));
        JournalEntry redeem = book.Accept(VoucherEntries.RedeemMoney(Given.Header("b"), Given.Voucher, Given.Provider, new Fen(30_000)));
        book.Accept(VoucherEntries.Expire(Given.Header("c"), Given.Voucher, Given.Money, 50_000));

        JournalEntry refund = book.Accept(
            VoucherEntries.RefundEnded(Ended("d", VoucherEnd.Expired), redeem.Id, Redeemed(Given.Money, 30_000, 30_000), code));

        Assert.Equal((EntryKind.Reverse, code, redeem.Index), (refund.Kind, refund.Code, refund.Of));
        Assert.Equal(
            "provider/P00000000001/payable>voucher/C00000000001 CNY 30000/0/0\nvoucher/C00000000001>programme/meals/allotted CNY 30000/0/0",
            Given.Moved(book, refund));
        Assert.Equal(100_000, book.Counters("programme/meals/allotted").DebitRoom);
        Assert.Equal(VoucherEnd.Expired, VoucherFacts.Of(book.Find("voucher/C00000000001")!, refund).End);
        Assert.Equal(Reason.EntryAlreadyReversed, book.Submit(VoucherEntries.Refund(Given.Header("e"), redeem.Id)).Refusal?.Reason);
    }

    /// <summary>All that was free has gone back to the fund: the plain opposite would need what a low price had left over.</summary>
    [Fact]
    public void What_comes_back_for_a_voided_unit_voucher_needs_nothing_of_its_programme()
    {
        Book book = Given.FundedProgramme();
        book.Accept(VoucherEntries.Issue(Given.Header("a"), Given.Voucher, Given.Meals, 30));
        JournalEntry redeem = book.Accept(
            VoucherEntries.RedeemUnits(Given.Header("b"), Given.Voucher, Given.Meals, Given.Provider, 2, new Fen(500)));
        book.Accept(VoucherEntries.Void(Given.Header("c"), Given.Voucher, Given.Meals, 28));
        book.Accept(MoneyEntries.Return(Given.Header("d"), Given.Programme, [(Given.Lottery, new Fen(99_500))]));
        Assert.Equal(Reason.InsufficientBalance, book.Submit(VoucherEntries.Refund(Given.Header("e"), redeem.Id)).Refusal?.Reason);

        JournalEntry refund = book.Accept(
            VoucherEntries.RefundEnded(Ended("f", VoucherEnd.Voided), redeem.Id, Redeemed(Given.Meals, 2, 500)));

        Assert.Equal(
            "provider/P00000000001/payable>programme/meals/committed CNY 500/0/0\n"
                + "programme/meals/units>voucher/C00000000001 MEAL 2/0/0\nvoucher/C00000000001>programme/meals/units MEAL 2/0/0\n"
                + "programme/meals/committed>programme/meals/allotted CNY 500/0/0",
            Given.Moved(book, refund));
        Assert.Equal((500, 0, 0), (
            book.Counters("programme/meals/allotted").DebitRoom, book.Counters("programme/meals/committed").DebitRoom,
            book.Counters("provider/P00000000001/payable").DebitRoom));
        Assert.Equal(VoucherEnd.Voided, VoucherFacts.Of(book.Find("voucher/C00000000001")!, refund).End);
    }

    private static EntryHeader Ended(string id, VoucherEnd end) =>
        Given.Header(id) with { Details = EntryDetails.Of([(VoucherRule.EndedKey, StoredName.Of(end))]) };

    private static Redemption Redeemed(VoucherTerms terms, long fromVoucher, long credited) => new(
        Given.Voucher, Given.Elder, Given.Programme, Given.Provider, Slug.Parse("meal-canteen"), 1, new Fen(credited), Fen.Zero,
        fromVoucher, terms.Unit, new Fen(credited), Fen.Zero, ServicePlace.Home, new DateOnly(2026, 10, 1), 0);

    [Fact]
    public void Price_above_the_commitment_is_a_bug_of_the_caller() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => VoucherEntries.RedeemUnits(Given.Header("a"), Given.Voucher, Given.Meals, Given.Provider, 2, new Fen(2_401)));

    [Fact]
    public void Refund_is_refused_once_the_provider_was_paid()
    {
        Book book = Given.FundedProgramme();
        book.Accept(VoucherEntries.Issue(Given.Header("a"), Given.Voucher, Given.Money, 10));
        JournalEntry redeem = book.Accept(VoucherEntries.RedeemMoney(Given.Header("b"), Given.Voucher, Given.Provider, new Fen(10)));
        book.Accept(Entries.Post(Given.Header("paid"), EntryCode.ReturnFunds,
            new ProposedTransfer(Chart.ProviderPayable(Given.Provider), Chart.Bank(Given.Bank), 10)));

        Assert.Equal(Reason.InsufficientBalance, book.Submit(VoucherEntries.Refund(Given.Header("c"), redeem.Id)).Refusal?.Reason);
    }

    [Fact]
    public void Terms_are_read_from_the_account_as_they_were_issued()
    {
        Book book = Given.FundedProgramme();
        book.Accept(VoucherEntries.Issue(Given.Header("a"), Given.Voucher, Given.Meals, 10));

        VoucherTerms terms = VoucherTerms.Of(book.Find("voucher/C00000000001")!);

        Assert.Equal(Given.Meals.ServiceTypes.AsEnumerable(), terms.ServiceTypes);
        Assert.Equal(Given.Meals with { ServiceTypes = [] }, terms with { ServiceTypes = [] });
    }

    /// <summary>Earlier builds stored a ratio in the terms of vouchers, always zero.</summary>
    [Fact]
    public void Terms_stored_with_a_ratio_are_read_like_those_without()
    {
        VoucherTerms Read(string data) =>
            VoucherTerms.Of(new Account(1, Chart.VoucherPath(Given.Voucher), Unit.Meal, AccountFlags.None, default, 0, Terms(data)));

        VoucherTerms before = Read("""{"kind":"Units","types":["meal"],"ratioPercent":0,"unitPriceFen":1200,"claimBy":"2026-11-28"}"""),
            now = Read(Given.Meals.ToAccountTerms().Data);

        Assert.Equal(now with { ServiceTypes = [] }, before with { ServiceTypes = [] });
        Assert.Equal(now.ServiceTypes.AsEnumerable(), before.ServiceTypes);
        Assert.DoesNotContain("ratio", now.ToAccountTerms().Data, StringComparison.OrdinalIgnoreCase);
    }

    public static TheoryData<string, AccountTerms?> NoTerms { get; } = new()
    {
        { "none", null },
        { "a person's", AccountTerms.OfOwner(Given.Elder) },
        { "not JSON", Terms("{") },
        { "null", Terms("null") },
        { "a list", Terms("[]") },
        { "empty", Terms("{}") },
        { "without types", Terms("""{"kind":"Money","unitPriceFen":0,"claimBy":"2026-11-28"}""") },
        { "of an unknown kind", Terms("""{"kind":"Gold","types":[],"unitPriceFen":0,"claimBy":"2026-11-28"}""") },
        { "of an unknown service", Terms("""{"kind":"Money","types":["gold"],"unitPriceFen":0,"claimBy":"2026-11-28"}""") },
        { "of a null kind", Terms("""{"kind":null,"types":[],"unitPriceFen":0,"claimBy":"2026-11-28"}""") },
        { "of a negative price", Terms("""{"kind":"Money","types":[],"unitPriceFen":-1,"claimBy":"2026-11-28"}""") },
        { "of a fraction", Terms("""{"kind":"Money","types":[],"unitPriceFen":0.5,"claimBy":"2026-11-28"}""") },
        { "of no date", Terms("""{"kind":"Money","types":[],"unitPriceFen":0,"claimBy":"28 November"}""") },
        { "of no elder", Terms("""{"kind":"Money","types":[],"unitPriceFen":0,"claimBy":"2026-11-28"}""") with { Owner = "" } },
        { "of no first day", Terms("""{"kind":"Money","types":[],"unitPriceFen":0,"claimBy":"2026-11-28"}""") with { From = null } },
    };

    [Theory, MemberData(nameof(NoTerms), DisableDiscoveryEnumeration = true)]
    public void Account_that_is_no_vouchers_has_no_terms(string row, AccountTerms? terms)
    {
        var account = new Account(1, Chart.VoucherPath(Given.Voucher), Unit.Fen, AccountFlags.None, default, 0, terms);

        Assert.True(Record.Exception(() => VoucherTerms.Of(account)) is FormatException, row);
    }

    private static AccountTerms Terms(string data) =>
        new(Given.Elder.Text, Given.Programme.Text, new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 31), data);
}
