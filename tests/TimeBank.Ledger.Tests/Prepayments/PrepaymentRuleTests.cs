using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class PrepaymentRuleTests
{
    private static readonly DateOnly Today = new(2026, 11, 15);

    private static readonly PrepaymentPolicy Policy = new(12, 12, new Fen(500_000));

    /// <summary>Day care from November for three months: 30,000 fen a month, of which 10,000 for the bed.</summary>
    private static readonly PrepaymentPlan Plan =
        new(ServiceType.Meal, new Fen(30_000), new Fen(10_000), new DateOnly(2026, 11, 1), 3, new Fen(20_000));

    public static TheoryData<string, PrepaymentPlan, Reason?, Reason> Proposed { get; } = new()
    {
        { "usual", Plan, null, Reason.None },
        { "the most months", Plan with { Months = 12 }, null, Reason.None },
        { "a month too long", Plan with { Months = 13 }, null, Reason.PrepaymentTooLong },
        { "the highest deposit", Plan with { Deposit = new Fen(120_000) }, null, Reason.None },
        { "a fen too high", Plan with { Deposit = new Fen(120_001) }, null, Reason.PrepaymentDepositTooHigh },
        { "a deposit without a bed", Plan with { Bed = Fen.Zero, Deposit = new Fen(1) }, null, Reason.PrepaymentDepositTooHigh },
        { "neither", Plan with { Bed = Fen.Zero, Deposit = Fen.Zero }, null, Reason.None },
        { "suspended", Plan with { Months = 13 }, Reason.ProviderSuspended, Reason.ProviderSuspended },
        { "more than an amount can be", Plan with { Monthly = new Fen(Shape.MaxAmount) }, null, Reason.AmountTooLarge },
    };

    [Theory, MemberData(nameof(Proposed), DisableDiscoveryEnumeration = true)]
    public void A_provider_collects_no_more_in_advance_than_the_policy_lets_it(
        string row, PrepaymentPlan plan, Reason? provider, Reason expected) =>
        Assert.True(
            (PrepaymentRule.Propose(plan, Policy, [], Today, provider is { } why ? new Refusal(why) : null)?.Reason ?? Reason.None)
                == expected, row);

    [Theory]
    [InlineData(false, false, false, Reason.None)]
    [InlineData(false, false, true, Reason.None)]
    [InlineData(true, false, false, Reason.BankAccountForCustody)]
    [InlineData(true, false, true, Reason.BankAccountForCustody)]
    [InlineData(true, true, false, Reason.None)]
    [InlineData(true, true, true, Reason.None)]
    [InlineData(false, true, false, Reason.None)]
    [InlineData(false, true, true, Reason.BankAccountNotForCustody)]
    public void Prepaid_fees_and_other_money_share_no_account_where_there_is_one_for_custody(
        bool isForCustody, bool isCustody, bool hasOther, Reason expected) => Assert.Equal(
        expected, PrepaymentRule.AtBank(isForCustody, isCustody, hasOther));

    /// <summary>Several agreements collect no more in advance than one: an elder has one bed, and the last month is near.</summary>
    [Theory]
    [InlineData("2026-11-01", 12, 120_000, 0, Reason.None)]
    [InlineData("2026-11-01", 12, 70_000, 50_000, Reason.None)]
    [InlineData("2026-11-01", 12, 70_001, 50_000, Reason.PrepaymentDepositTooHigh)]
    [InlineData("2026-11-01", 12, 1, 130_000, Reason.PrepaymentDepositTooHigh)]
    [InlineData("2026-12-01", 12, 0, 0, Reason.None)]
    [InlineData("2027-01-01", 12, 0, 0, Reason.PrepaymentTooLong)]
    [InlineData("2027-11-01", 1, 0, 0, Reason.None)]
    [InlineData("2027-12-01", 1, 0, 0, Reason.PrepaymentTooLong)]
    public void Agreements_are_limited_together(string first, int months, long deposit, long other, Reason expected) => Assert.Equal(
        expected,
        PrepaymentRule.Propose(
            Plan with { First = Day(first), Months = months, Deposit = new Fen(deposit) }, Policy,
            [Plan with { Deposit = new Fen(other) }], Today, barred: null)?.Reason ?? Reason.None);

    [Theory]
    [InlineData(PrepaymentState.Proposed, "2026-11-30", null, "elder", Reason.None)]
    [InlineData(PrepaymentState.Proposed, "2026-12-01", null, "elder", Reason.PrepaymentMonthPassed)]
    [InlineData(PrepaymentState.Proposed, "2026-11-30", null, "clerk", Reason.MakerIsChecker)]
    [InlineData(PrepaymentState.Proposed, "2026-11-30", Reason.ProviderBlackListed, "elder", Reason.ProviderBlackListed)]
    [InlineData(PrepaymentState.Proposed, "2026-11-30", Reason.PrepaymentElderGone, "elder", Reason.PrepaymentElderGone)]
    [InlineData(PrepaymentState.Agreed, "2026-11-30", null, "elder", Reason.PrepaymentWrongState)]
    public void An_elder_agrees_to_months_that_are_not_over_with_somebody_who_may_serve(
        PrepaymentState state, string today, Reason? barred, string actor, Reason expected) => Assert.Equal(
        expected,
        PrepaymentRule.Agree(
            state, Plan, Policy, [], Day(today), barred is { } why ? new Refusal(why) : null, "clerk", actor)?.Reason ?? Reason.None);

    /// <summary>Nothing is earned after the day of a death, and what is left over is not the provider's.</summary>
    /// <param name="expected">The fen of the next draw; -1: nothing is due.</param>
    [Theory]
    [InlineData(0, null, "2026-12-10", 90_000, "2026-11-30", 30_000)]
    [InlineData(1, null, "2026-12-10", 60_000, "2026-12-31", 9_677)]
    [InlineData(1, null, "2026-12-10", 5_000, "2026-12-31", 5_000)]
    [InlineData(2, null, "2026-12-10", 50_323, "2027-01-31", -1)]
    [InlineData(0, null, "2026-10-10", 90_000, "2026-11-30", -1)]
    [InlineData(1, "2026-12-20", "2026-12-10", 19_354, "2026-12-31", 9_677)]
    [InlineData(1, "2026-12-10", "2026-12-20", 9_677, "2026-12-31", 9_677)]
    [InlineData(2, null, "2027-01-31", 30_000, "2027-01-31", 30_000)]
    public void A_death_ends_what_is_drawn(int drawn, string? ended, string died, long left, string through, long expected) =>
        Assert.Equal(expected, PrepaymentRule.Next(
            Plan, drawn, ended is null ? null : Day(ended), Day(died), new Fen(left), Day(through))?.Amount.Value ?? -1);

    [Theory]
    [InlineData(PrepaymentState.Agreed, 0, 0, 0, 90_000, 20_000, Reason.None)]
    [InlineData(PrepaymentState.Agreed, 0, 0, 0, 90_001, 0, Reason.PrepaymentTooMuch)]
    [InlineData(PrepaymentState.Agreed, 0, 60_000, 0, 30_000, 0, Reason.None)]
    [InlineData(PrepaymentState.Agreed, 0, 60_000, 0, 30_001, 0, Reason.PrepaymentTooMuch)]
    [InlineData(PrepaymentState.Agreed, 0, 0, 15_000, 0, 5_000, Reason.None)]
    [InlineData(PrepaymentState.Agreed, 0, 0, 15_000, 0, 5_001, Reason.PrepaymentTooMuch)]
    [InlineData(PrepaymentState.Agreed, 3, 60_000, 0, 1, 0, Reason.PrepaymentTooMuch)]
    [InlineData(PrepaymentState.Agreed, 3, 60_000, 0, 0, 1, Reason.None)]
    [InlineData(PrepaymentState.Proposed, 0, 0, 0, 1, 0, Reason.PrepaymentWrongState)]
    [InlineData(PrepaymentState.Ended, 0, 0, 0, 1, 0, Reason.PrepaymentWrongState)]
    public void No_more_comes_in_than_was_agreed(
        PrepaymentState state, int drawn, long fees, long deposit, long moreFees, long moreDeposit, Reason expected) => Assert.Equal(
        expected,
        PrepaymentRule.PayIn(
            state, Plan, drawn, (fees, deposit), (new Fen(moreFees), new Fen(moreDeposit)), barred: null)?.Reason ?? Reason.None);

    [Fact]
    public void Nothing_comes_in_for_a_provider_that_is_barred() => Assert.Equal(
        Reason.ProviderSuspended,
        PrepaymentRule.PayIn(
            PrepaymentState.Agreed, Plan, 0, (0, 0), (new Fen(1), Fen.Zero), new Refusal(Reason.ProviderSuspended))?.Reason);

    /// <param name="expected">The fen of the next draw; 0: it waits for money; -1: nothing is due.</param>
    [Theory]
    [InlineData(0, null, 90_000, "2026-10-31", -1)]
    [InlineData(0, null, 90_000, "2026-11-29", -1)]
    [InlineData(0, null, 90_000, "2026-11-30", 30_000)]
    [InlineData(1, null, 60_000, "2026-11-30", -1)]
    [InlineData(1, null, 60_000, "2026-12-31", 30_000)]
    [InlineData(1, null, 29_999, "2026-12-31", 0)]
    [InlineData(2, null, 12_345, "2027-01-31", 12_345)]
    [InlineData(2, null, 0, "2027-01-31", 0)]
    [InlineData(3, null, 0, "2027-12-31", -1)]
    [InlineData(0, "2026-12-10", 39_677, "2026-11-30", 30_000)]
    [InlineData(1, "2026-12-10", 9_677, "2026-12-30", -1)]
    [InlineData(1, "2026-12-10", 9_677, "2026-12-31", 9_677)]
    [InlineData(0, "2026-12-10", 20_000, "2026-12-31", 20_000)]
    [InlineData(1, "2026-12-10", 0, "2026-12-31", -1)]
    [InlineData(2, "2026-12-10", 0, "2027-01-31", -1)]
    [InlineData(0, "2026-10-15", 0, "2026-12-31", -1)]
    public void A_month_is_drawn_when_it_is_over_and_the_last_draws_what_is_left(
        int drawn, string? ended, long left, string through, long expected)
    {
        PrepaymentDraw? next = PrepaymentRule.Next(Plan, drawn, ended is null ? null : Day(ended), died: null, new Fen(left), Day(through));

        Assert.Equal(expected, next?.Amount.Value ?? -1);
        if (next is { } draw) Assert.Equal(Plan.First.AddMonths(drawn), draw.Month);
    }

    [Theory]
    [InlineData(30_000, 0, "2026-10-31", 0)]
    [InlineData(30_000, 0, "2026-11-01", 1_000)]
    [InlineData(30_000, 0, "2026-11-15", 15_000)]
    [InlineData(30_000, 0, "2026-11-30", 30_000)]
    [InlineData(30_000, 0, "2026-12-10", 39_677)]
    [InlineData(30_000, 1, "2026-12-10", 9_677)]
    [InlineData(30_000, 2, "2026-12-10", 0)]
    [InlineData(30_000, 0, "2030-01-01", 90_000)]
    [InlineData(100, 1, "2026-12-01", 3)]
    [InlineData(1, 1, "2026-12-30", 0)]
    public void A_broken_month_is_earned_by_its_days_and_rounded_down(long monthly, int drawn, string lastDay, long expected) =>
        Assert.Equal(expected, PrepaymentRule.Earned(Plan with { Monthly = new Fen(monthly) }, drawn, Day(lastDay)));

    [Theory]
    [InlineData(0, "2026-12-10", 90_000, 50_323)]
    [InlineData(0, "2026-12-10", 30_000, 0)]
    [InlineData(1, "2026-11-15", 60_000, 60_000)]
    [InlineData(0, "2026-10-01", 90_000, 90_000)]
    public void What_was_not_earned_goes_back_in_full(int drawn, string lastDay, long left, long expected) =>
        Assert.Equal(new Fen(expected), PrepaymentRule.Back(Plan, drawn, Day(lastDay), new Fen(left)));

    [Theory]
    [InlineData(PrepaymentState.Proposed, PrepaymentEnder.Elder, "2026-12-10", 0, Reason.None)]
    [InlineData(PrepaymentState.Proposed, PrepaymentEnder.Provider, "2026-12-10", 0, Reason.None)]
    [InlineData(PrepaymentState.Agreed, PrepaymentEnder.Elder, "2026-12-10", 0, Reason.None)]
    [InlineData(PrepaymentState.Agreed, PrepaymentEnder.Provider, "2026-12-10", 0, Reason.PrepaymentWrongState)]
    [InlineData(PrepaymentState.Ended, PrepaymentEnder.Elder, "2026-12-09", 1, Reason.PrepaymentWrongState)]
    [InlineData(PrepaymentState.Ended, PrepaymentEnder.Provider, "2026-12-09", 1, Reason.PrepaymentWrongState)]
    [InlineData(PrepaymentState.Ended, PrepaymentEnder.Finance, "2026-12-09", 1, Reason.None)]
    [InlineData(PrepaymentState.Ended, PrepaymentEnder.Finance, "2026-12-09", 0, Reason.PrepaymentNothingDue)]
    [InlineData(PrepaymentState.Ended, PrepaymentEnder.Finance, "2026-12-10", 1, Reason.PrepaymentWrongState)]
    [InlineData(PrepaymentState.None, PrepaymentEnder.Finance, "2026-12-09", 1, Reason.PrepaymentWrongState)]
    public void A_provider_ends_nothing_that_the_elder_agreed_to_and_finance_brings_an_end_forward(
        PrepaymentState state, PrepaymentEnder by, string lastDay, long back, Reason expected) => Assert.Equal(
        expected,
        PrepaymentRule.End(
            state, by, state == PrepaymentState.Ended ? Day("2026-12-10") : null, Day(lastDay), new Fen(back))?.Reason ?? Reason.None);

    [Theory]
    [InlineData(PrepaymentState.Proposed, false, true, Reason.PrepaymentWrongState)]
    [InlineData(PrepaymentState.Agreed, false, true, Reason.None)]
    [InlineData(PrepaymentState.Ended, true, false, Reason.None)]
    [InlineData(PrepaymentState.Agreed, true, true, Reason.PrepaymentDisputed)]
    [InlineData(PrepaymentState.Agreed, false, false, Reason.PrepaymentNotDisputed)]
    public void A_dispute_begins_once_and_ends_once(PrepaymentState state, bool isDisputed, bool disputes, Reason expected) =>
        Assert.Equal(expected, PrepaymentRule.Dispute(state, isDisputed, disputes)?.Reason ?? Reason.None);

    [Theory]
    [InlineData(PrepaymentState.Ended, 1, false, "clerk", "checker", Reason.None)]
    [InlineData(PrepaymentState.Ended, 1, false, "checker", "checker", Reason.MakerIsChecker)]
    [InlineData(PrepaymentState.Ended, 0, false, "clerk", "checker", Reason.PrepaymentNothingDue)]
    [InlineData(PrepaymentState.Ended, 1, true, "clerk", "checker", Reason.PrepaymentNothingDue)]
    [InlineData(PrepaymentState.Agreed, 1, false, "clerk", "checker", Reason.PrepaymentWrongState)]
    public void Another_person_approves_a_refund(
        PrepaymentState state, long due, bool isApproved, string endedBy, string actor, Reason expected) => Assert.Equal(
        expected, PrepaymentRule.ApproveRefund(state, new Fen(due), isApproved, endedBy, actor)?.Reason ?? Reason.None);

    [Theory]
    [InlineData(PrepaymentState.Ended, 1, "checker", "maker", Reason.None)]
    [InlineData(PrepaymentState.Ended, 1, "checker", "checker", Reason.MakerIsChecker)]
    [InlineData(PrepaymentState.Ended, 1, null, "maker", Reason.PrepaymentRefundNotApproved)]
    [InlineData(PrepaymentState.Ended, 0, "checker", "maker", Reason.PrepaymentNothingDue)]
    [InlineData(PrepaymentState.Agreed, 1, "checker", "maker", Reason.PrepaymentWrongState)]
    public void Who_approved_a_refund_does_not_pay_it(
        PrepaymentState state, long due, string? approvedBy, string actor, Reason expected) =>
        Assert.Equal(expected, PrepaymentRule.PayRefund(state, new Fen(due), approvedBy, actor)?.Reason ?? Reason.None);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "O", null);
}
