using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Source of the grounds: Ministry of Civil Affairs and nine others, 2022/73.</summary>
public sealed class VisitRuleTests
{
    private static readonly RegionCode Home = RegionCode.Parse("430211");
    private static readonly DateOnly October = new(2026, 10, 1), Today = new(2026, 10, 20);
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(Today);

    public static TheoryData<Difficulties, int?, VisitGrounds> Grounds => new()
    {
        { Difficulties.None, null, VisitGrounds.None },
        { Difficulties.LowIncome | Difficulties.SpecialHardship, null, VisitGrounds.None },
        { Difficulties.LivingAlone, null, VisitGrounds.LivingAlone },
        { Difficulties.EmptyNest | Difficulties.LeftBehind, null, VisitGrounds.EmptyNest | VisitGrounds.LeftBehind },
        { Difficulties.LostOnlyChild, 90, VisitGrounds.LostOnlyChild },
        { Difficulties.None, 66, VisitGrounds.None },
        { Difficulties.None, 65, VisitGrounds.Disabled },
        { Difficulties.LivingAlone, 0, VisitGrounds.LivingAlone | VisitGrounds.Disabled },
    };

    [Theory]
    [MemberData(nameof(Grounds))]
    public void Who_is_to_be_visited(Difficulties difficulties, int? points, VisitGrounds grounds) =>
        Assert.Equal(grounds, VisitRule.GroundsOf(Elder(difficulties, points), October, October, Today, Policy));

    /// <summary>An assessment made on 5 September 2025 is valid for twelve months.</summary>
    [Fact]
    public void An_assessment_that_is_over_makes_nobody_disabled()
    {
        ElderFacts elder = Elder(Difficulties.None, 0, assessed: new DateOnly(2025, 9, 5));

        Assert.Equal(VisitGrounds.Disabled, Of(new DateOnly(2026, 8, 1)));
        Assert.Equal(VisitGrounds.None, Of(new DateOnly(2026, 9, 1)));

        VisitGrounds Of(DateOnly month) => VisitRule.GroundsOf(elder, new DateOnly(2025, 1, 1), month, Today, Policy);
    }

    public static TheoryData<string, string, ElderNoticeKind, bool> Presence => new()
    {
        { "2026-10-01", "", ElderNoticeKind.None, true },
        { "2026-10-02", "", ElderNoticeKind.None, false },
        { "2026-09-01", "2026-10-19", ElderNoticeKind.Deceased, false },
        { "2026-09-01", "2026-10-21", ElderNoticeKind.Deceased, true },
        // Who leaves counts to the end of the month of the report.
        { "2026-09-01", "2026-10-19", ElderNoticeKind.Left, true },
        { "2026-09-01", "2026-09-30", ElderNoticeKind.Left, false },
    };

    [Theory]
    [MemberData(nameof(Presence))]
    public void Who_was_not_on_the_register_for_the_whole_month_is_not_missed(
        string registered, string noticed, ElderNoticeKind kind, bool isDue)
    {
        ElderFacts elder = Elder(Difficulties.LivingAlone, null) with
        {
            Notices = noticed.Length == 0 ? [] : [new ElderNotice(kind, DateOnly.Parse(noticed), DateOnly.Parse(noticed))],
        };

        VisitGrounds grounds = VisitRule.GroundsOf(elder, DateOnly.Parse(registered), October, Today, Policy);

        Assert.Equal(isDue ? VisitGrounds.LivingAlone : VisitGrounds.None, grounds);
    }

    [Theory]
    [InlineData("2026-10-24", false)]
    [InlineData("2026-10-25", true)]
    [InlineData("2026-10-31", true)]
    [InlineData("2026-11-01", true)]
    [InlineData("2026-09-30", false)]
    public void A_missing_visit_is_an_alert_from_day_25_on(string today, bool isAlert) =>
        Assert.Equal(isAlert, VisitRule.IsAlert(October, DateOnly.Parse(today), Policy.Visits));

    [Theory]
    [InlineData("2026-10-20", "", null)]
    [InlineData("2026-09-19", "", null)]
    [InlineData("2026-09-18", "", Reason.VisitTooLate)]
    [InlineData("2026-10-10", "2026-10-10", null)]
    [InlineData("2026-10-11", "2026-10-10", Reason.ElderDeceased)]
    public void A_visit_is_recorded_within_31_days_and_not_after_a_death(string visited, string death, Reason? reason) =>
        Assert.Equal(reason, VisitRule.RefusalOf(
            DateOnly.Parse(visited), Today, death.Length == 0 ? null : DateOnly.Parse(death), Policy.Visits)?.Reason);

    private static ElderFacts Elder(Difficulties difficulties, int? points, DateOnly? assessed = null) => new(
        new DateOnly(1940, 1, 1), Home, difficulties,
        points is { } score ? [new Assessment(score, assessed ?? new DateOnly(2026, 9, 1), Home)] : []);
}
