using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class ProgrammeRuleTests
{
    private static readonly DateOnly Day = new(2026, 10, 1);
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(Day);
    private static readonly RegionCode Home = RegionCode.Parse("430211");
    private static readonly Slug Id = Slug.Parse("meals");

    public static TheoryData<int, AbilityGrade?, Difficulties, ElderFacts, Reason?> Units => new()
    {
        { 0, null, Difficulties.None, Elder(1990), null },
        { 80, null, Difficulties.None, Elder(1946), null },
        { 80, null, Difficulties.None, Elder(1947), Reason.ElderNotEntitled },
        { 0, null, Difficulties.LowIncome | Difficulties.LivingAlone, Elder(1950, Difficulties.LivingAlone), null },
        { 0, null, Difficulties.LowIncome, Elder(1950, Difficulties.LivingAlone), Reason.ElderNotEntitled },
        { 0, AbilityGrade.Moderate, Difficulties.None, Elder(1950, assessments: [new Assessment(65, Day, Home)]), null },
        { 0, AbilityGrade.Moderate, Difficulties.None, Elder(1950, assessments: [new Assessment(66, Day, Home)]), Reason.ElderNotEntitled },
        { 0, AbilityGrade.Able, Difficulties.None, Elder(1950), Reason.ElderNotEntitled },
        { 0, AbilityGrade.Moderate, Difficulties.None,
            Elder(1950, assessments: [new Assessment(30, Day.AddMonths(-12).AddDays(-1), Home)]), Reason.AssessmentExpired },
        { 0, null, Difficulties.None, Elder(1950) with { Status = ElderStatus.Deceased }, Reason.ElderNotEntitled },
        { 0, null, Difficulties.None, Elder(1950) with { Home = RegionCode.Parse("110101") }, Reason.ElderNotEntitled },
    };

    [Theory]
    [MemberData(nameof(Units))]
    public void A_unit_programme_gives_its_quota_where_every_condition_holds(int minAge, AbilityGrade? minGrade, Difficulties any,
        ElderFacts elder, Reason? reason)
    {
        var programme = new Programme(Id, ProgrammeScheme.UnitVoucher, Unit.Meal, [ServiceType.Meal], 20, new Fen(1_200),
            new ProgrammeEligibility(minAge, minGrade, any));

        ProgrammeGrant grant = ProgrammeRule.Judge(programme, elder, Day, Policy);

        Assert.Equal((reason is null ? 20 : 0, reason), (grant.Amount, grant.Refusal?.Reason));
    }

    [Fact]
    public void The_national_voucher_goes_by_the_policy_and_says_when_the_assessment_ended()
    {
        var programme = new Programme(Id, ProgrammeScheme.NationalEVoucher, Unit.Fen, [ServiceType.Care], 0, Fen.Zero,
            new ProgrammeEligibility(0, null, Difficulties.None));

        Assert.Equal(new ProgrammeGrant(80_000, null),
            ProgrammeRule.Judge(programme, Elder(1950, assessments: [new Assessment(30, Day, Home)]), Day, Policy));
        Assert.Equal(Reason.ElderNotEntitled, ProgrammeRule.Judge(programme, Elder(1950), Day, Policy).Refusal?.Reason);
        Assert.Equal(
            new ProgrammeGrant(0, Refusal.Of(Reason.AssessmentExpired, ("date", "2026-09-30"))),
            ProgrammeRule.Judge(programme, Elder(1950, assessments: [new Assessment(30, Day.AddMonths(-12).AddDays(-1), Home)]), Day,
            Policy));
    }

    [Fact]
    public void A_voucher_is_good_from_its_issue_to_the_months_end_and_can_be_claimed_longer()
    {
        var programme = new Programme(Id, ProgrammeScheme.UnitVoucher, Unit.Meal, [ServiceType.Meal], 20, new Fen(1_200),
            new ProgrammeEligibility(0, null, Difficulties.None));

        VoucherTerms terms = programme.TermsOf(OpaqueId.Parse("0123456789AB"), new DateOnly(2028, 2, 5), Policy.Vouchers);

        Assert.Equal((new DateOnly(2028, 2, 5), new DateOnly(2028, 2, 29), new DateOnly(2028, 3, 28)),
            (terms.From, terms.UseBy, terms.ClaimBy));
        Assert.Equal((VoucherKind.Units, new Fen(24_000)), (terms.Kind, programme.Commitment(20)));
        Assert.Equal([ServiceType.Meal], terms.Services);
    }

    private static ElderFacts Elder(int born, Difficulties difficulties = Difficulties.None, params Assessment[] assessments) =>
        new(new DateOnly(born, 10, 1), Home, ElderStatus.Active, difficulties, [.. assessments]);
}
