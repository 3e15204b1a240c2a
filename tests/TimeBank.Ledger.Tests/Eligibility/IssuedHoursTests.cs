using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class IssuedHoursTests
{
    private const Difficulties Alone = Difficulties.LivingAlone;
    private const Difficulties EmptyNestAlone = Difficulties.EmptyNest | Difficulties.LivingAlone;
    private const Difficulties PoorAlone = Difficulties.LowIncome | Difficulties.LivingAlone;
    private static readonly RegionCode Home = RegionCode.Parse("430211");
    private static readonly DateOnly Day = new(2026, 10, 1);
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(Day);

    public static TheoryData<int, Difficulties, int?, EntitlementReason> Hours => new()
    {
        { 80, EmptyNestAlone, null, EntitlementReason.EmptyNestAlone },
        { 80, EmptyNestAlone | Difficulties.LowIncome, 90, EntitlementReason.EmptyNestAlone },
        { 80, Alone, null, EntitlementReason.NoHardship },
        { 80, Difficulties.EmptyNest, null, EntitlementReason.NoHardship },
        { 80, PoorAlone, 10, EntitlementReason.NoHardship },
        { 79, EmptyNestAlone, null, EntitlementReason.NoHardship },
        { 79, PoorAlone, 65, EntitlementReason.LowIncomeDisabledAlone },
        { 60, PoorAlone, 0, EntitlementReason.LowIncomeDisabledAlone },
        { 60, PoorAlone, 66, EntitlementReason.AbilityTooGood },
        { 60, PoorAlone, null, EntitlementReason.NotAssessed },
        { 60, Difficulties.LowIncome, 10, EntitlementReason.NoHardship },
        { 60, Alone, 10, EntitlementReason.NoHardship },
        { 59, PoorAlone, 10, EntitlementReason.TooYoung },
    };

    [Theory]
    [MemberData(nameof(Hours))]
    public void Issued_hours(int age, Difficulties difficulties, int? points, EntitlementReason reason)
    {
        Entitlement entitlement = IssuedHoursRule.Judge(Elder(age, difficulties, points), Day, Policy);
        Assert.Equal(
            new Entitlement(EntitlementRule.IssuedHours, Unit.Minutes, entitlement.IsGranted ? 240 : 0, reason, Policy.Version),
            entitlement);
        Assert.Equal(reason is EntitlementReason.EmptyNestAlone or EntitlementReason.LowIncomeDisabledAlone, entitlement.IsGranted);
    }

    [Fact]
    public void An_expired_assessment_entitles_to_no_hours()
    {
        ElderFacts elder = Elder(70, PoorAlone, 10) with { Assessments = [new Assessment(10, new DateOnly(2025, 9, 30), Home)] };

        Entitlement none = IssuedHoursRule.Judge(elder, Day, Policy);

        Assert.Equal((EntitlementReason.AssessmentExpired, new DateOnly(2026, 9, 30)), (none.Reason, none.AssessedUntil));
        Assert.Equal(Refusal.Of(Reason.AssessmentExpired, ("date", "2026-09-30")), none.Refusal);
    }

    [Theory]
    [InlineData(ElderNoticeKind.Left, EntitlementReason.NotActive)]
    [InlineData(ElderNoticeKind.Deceased, EntitlementReason.NotActive)]
    [InlineData(ElderNoticeKind.Moved, EntitlementReason.NotResident)]
    public void Who_is_not_on_the_register_or_lives_elsewhere_gets_no_hours(ElderNoticeKind kind, EntitlementReason reason)
    {
        ElderFacts elder = Elder(85, EmptyNestAlone, null);
        Assert.True(IssuedHoursRule.Judge(elder, Day, Policy).IsGranted);

        var notice = new ElderNotice(kind, Day.AddMonths(-1), Day.AddMonths(-1), Residence: RegionCode.Parse("440100"));
        Entitlement none = IssuedHoursRule.Judge(elder with { Notices = [notice] }, Day, Policy);

        Assert.Equal((reason, new Refusal(Reason.ElderNotEntitled)), (none.Reason, none.Refusal));
    }

    [Fact]
    public void Whose_home_is_outside_the_policys_region_gets_no_hours() => Assert.Equal(EntitlementReason.OtherRegion,
        IssuedHoursRule.Judge(Elder(85, EmptyNestAlone, null) with { Home = RegionCode.Parse("440100") }, Day, Policy).Reason);

    private static ElderFacts Elder(int age, Difficulties difficulties, int? points) => new(
        Day.AddYears(-age),
        Home,
        difficulties,
        points is { } known ? [new Assessment(known, new DateOnly(2026, 2, 1), Home)] : []);
}
