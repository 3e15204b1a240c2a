using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class EntitlementsTests
{
    private const Difficulties Alone = Difficulties.LivingAlone;
    private const Difficulties EmptyNestAlone = Difficulties.EmptyNest | Difficulties.LivingAlone;
    private const Difficulties PoorAlone = Difficulties.LowIncome | Difficulties.LivingAlone;
    private static readonly DateOnly Day = new(2026, 10, 1);
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(Day);

    /// <summary>Age, points of this year's assessment (null for none), and the rule's reason.</summary>
    public static TheoryData<int, int?, EntitlementReason> NationalVoucher => new()
    {
        { 60, 65, EntitlementReason.Disability },
        { 95, 0, EntitlementReason.Disability },
        { 59, 0, EntitlementReason.TooYoung },
        { 70, 66, EntitlementReason.AbilityTooGood },
        { 70, 90, EntitlementReason.AbilityTooGood },
        { 70, null, EntitlementReason.NotAssessed },
    };

    [Theory]
    [MemberData(nameof(NationalVoucher))]
    public void National_voucher(int age, int? points, EntitlementReason reason)
    {
        Entitlement entitlement = NationalVoucherRule.Judge(Elder(age, Difficulties.None, points), Day, Policy);
        Assert.Equal(new Entitlement(Unit.Fen, entitlement.IsGranted ? 80_000 : 0, reason, Policy.Version), entitlement);
        Assert.Equal(reason == EntitlementReason.Disability, entitlement.IsGranted);
    }

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
        Assert.Equal(new Entitlement(Unit.Minutes, entitlement.IsGranted ? 240 : 0, reason, Policy.Version), entitlement);
        Assert.Equal(reason is EntitlementReason.EmptyNestAlone or EntitlementReason.LowIncomeDisabledAlone, entitlement.IsGranted);
    }

    [Fact]
    public void An_expired_assessment_entitles_to_nothing_that_asks_for_one()
    {
        ElderFacts elder = Elder(70, PoorAlone,
            10) with { Assessments = [new Assessment(10, Day.AddMonths(-12).AddDays(-1), RegionCode.Parse("430211"))] };
        Assert.Equal(
            [EntitlementReason.AssessmentExpired, EntitlementReason.AssessmentExpired],
                All(elder).Select(entitlement => entitlement.Reason));
    }

    [Theory]
    [InlineData(ElderStatus.Left, "430211", EntitlementReason.NotActive)]
    [InlineData(ElderStatus.Deceased, "430211", EntitlementReason.NotActive)]
    [InlineData(ElderStatus.Active, "440100", EntitlementReason.OtherRegion)]
    public void Who_is_not_on_the_policys_register_is_entitled_to_nothing(ElderStatus status, string home, EntitlementReason reason)
    {
        ElderFacts elder = Elder(85, EmptyNestAlone | Difficulties.LowIncome, 10) with { Status = status, Home = RegionCode.Parse(home) };
        Assert.All(All(elder), entitlement => Assert.Equal((reason, false), (entitlement.Reason, entitlement.IsGranted)));
    }

    [Fact]
    public void An_assessment_of_another_region_of_the_province_is_accepted()
    {
        ElderFacts elder = Elder(70, Difficulties.None, null) with { Assessments = [new Assessment(40, Day, RegionCode.Parse("430102"))] };
        Assert.True(NationalVoucherRule.Judge(elder, Day, Policy).IsGranted);
    }

    [Fact]
    public void The_numbers_are_the_policys()
    {
        Policy changed =
            Policy with
            {
                Vouchers = Policy.Vouchers with { National = Policy.Vouchers.National with { FromGrade = AbilityGrade.Severe } },
        };
        Assert.Equal(EntitlementReason.AbilityTooGood, NationalVoucherRule.Judge(Elder(70, Difficulties.None, 60), Day, changed).Reason);
    }

    private static Entitlement[] All(ElderFacts elder) =>
        [NationalVoucherRule.Judge(elder, Day, Policy), IssuedHoursRule.Judge(elder, Day, Policy)];

    private static ElderFacts Elder(int age, Difficulties difficulties, int? points) => new(
        Day.AddYears(-age),
        RegionCode.Parse("430211"),
        ElderStatus.Active,
        difficulties,
        points is { } known ? [new Assessment(known, new DateOnly(2026, 2, 1), RegionCode.Parse("430211"))] : []);
}
