using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class ProgrammeRuleTests
{
    private static readonly DateOnly Day = new(2026, 10, 1);
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(Day);
    private static readonly RegionCode Home = RegionCode.Parse("430211");

    /// <summary>An elder, and what the national e-voucher answers.</summary>
    public static TheoryData<string, ElderFacts, EntitlementReason> National => new()
    {
        { "moderate, of 60", Assessed(65, born: "1966-10-01"), EntitlementReason.Disability },
        { "complete, very old", Assessed(0, born: "1920-01-01"), EntitlementReason.Disability },
        { "one day too young", Assessed(0, born: "1966-10-02"), EntitlementReason.TooYoung },
        { "mild", Assessed(66), EntitlementReason.AbilityTooGood },
        { "able", Assessed(90), EntitlementReason.AbilityTooGood },
        { "never assessed", Elder(), EntitlementReason.NotAssessed },
        { "assessed tomorrow", Elder() with { Assessments = [new Assessment(30, Day.AddDays(1), Home)] }, EntitlementReason.NotAssessed },
        { "assessed a year ago", Elder() with { Assessments = [new Assessment(30, Day.AddMonths(-12), Home)] },
            EntitlementReason.Disability },
        { "a day longer ago", Elder() with { Assessments = [new Assessment(30, Day.AddMonths(-12).AddDays(-1), Home)] },
            EntitlementReason.AssessmentExpired },
        { "assessed in another city", Elder() with { Assessments = [new Assessment(40, Day, RegionCode.Parse("430102"))] },
            EntitlementReason.Disability },
        { "at home elsewhere", Assessed(40) with { Home = RegionCode.Parse("440100") }, EntitlementReason.OtherRegion },
        { "lives in another city", Moved(Assessed(40), "430102"), EntitlementReason.Disability },
        { "lives in another province", Moved(Assessed(40), "440100"), EntitlementReason.NotResident },
        { "left", Told(Assessed(40), ElderNoticeKind.Left), EntitlementReason.NotActive },
        { "died", Told(Assessed(40), ElderNoticeKind.Deceased), EntitlementReason.NotActive },
        { "of low income", Assessed(40, Difficulties.LowIncome), EntitlementReason.Disability },
        { "in special hardship, without support", Assessed(40, Difficulties.SpecialHardship), EntitlementReason.Disability },
        { "特困供养", With(Assessed(40), Benefits.SpecialHardshipSupport), EntitlementReason.OtherBenefit },
        { "集中照护补助", With(Assessed(40), Benefits.InstitutionCareSubsidy), EntitlementReason.OtherBenefit },
        { "提升行动", With(Assessed(40), Benefits.HomeCareProject), EntitlementReason.OtherBenefit },
        { "长护险", With(Assessed(40), Benefits.LongTermCareInsurance), EntitlementReason.Disability },
        { "残疾人护理补贴", With(Assessed(40), Benefits.DisabilityNursingSubsidy), EntitlementReason.Disability },
        { "too young comes before what else is missing", With(Elder(born: "1990-01-01"), Benefits.HomeCareProject),
            EntitlementReason.TooYoung },
    };

    [Theory]
    [MemberData(nameof(National))]
    public void The_national_voucher(string who, ElderFacts elder, EntitlementReason reason)
    {
        Entitlement entitlement = ProgrammeRule.Judge(NationalProgramme, elder, Day, Policy);

        Assert.Equal(
            (who, EntitlementRule.NationalVoucher, reason == EntitlementReason.Disability ? 80_000 : 0L, reason, Policy.Version),
            (who, entitlement.Rule, entitlement.Amount, entitlement.Reason, entitlement.Policy));
    }

    /// <summary>Conditions, an elder, and what a unit programme answers.</summary>
    public static TheoryData<ProgrammeEligibility, ElderFacts, EntitlementReason> Units => new()
    {
        { Anybody, Elder(born: "1990-10-01"), EntitlementReason.ConditionsMet },
        { Anybody with { MinAge = 80 }, Elder(born: "1946-10-01"), EntitlementReason.ConditionsMet },
        { Anybody with { MinAge = 80 }, Elder(born: "1946-10-02"), EntitlementReason.TooYoung },
        { Anybody with { AnyDifficulty = Difficulties.LowIncome | Difficulties.LivingAlone }, Elder(Difficulties.LivingAlone),
            EntitlementReason.ConditionsMet },
        { Anybody with { AnyDifficulty = Difficulties.LowIncome }, Elder(Difficulties.LivingAlone), EntitlementReason.NoHardship },
        { Anybody with { LowIncome = true }, Elder(Difficulties.LowIncome), EntitlementReason.ConditionsMet },
        { Anybody with { LowIncome = true }, Elder(Difficulties.SpecialHardship), EntitlementReason.ConditionsMet },
        { Anybody with { LowIncome = true }, Elder(Difficulties.LivingAlone), EntitlementReason.NotLowIncome },
        { Anybody with { LowIncome = true, AnyDifficulty = Difficulties.LivingAlone }, Elder(Difficulties.LowIncome),
            EntitlementReason.NoHardship },
        { Anybody with { MinGrade = AbilityGrade.Moderate }, Assessed(65), EntitlementReason.ConditionsMet },
        { Anybody with { MinGrade = AbilityGrade.Moderate }, Assessed(66), EntitlementReason.AbilityTooGood },
        { Anybody with { MinGrade = AbilityGrade.Able }, Elder(), EntitlementReason.NotAssessed },
        { Anybody with { MinGrade = AbilityGrade.Moderate },
            Elder() with { Assessments = [new Assessment(30, Day.AddMonths(-12).AddDays(-1), Home)] },
            EntitlementReason.AssessmentExpired },
        { Anybody with { Residence = Home }, Elder(), EntitlementReason.ConditionsMet },
        { Anybody with { Residence = RegionCode.Parse("430200") }, Moved(Elder(), "430203"), EntitlementReason.ConditionsMet },
        { Anybody with { Residence = Home }, Moved(Elder(), "430203"), EntitlementReason.NotResident },
        { Anybody with { Excluded = Benefits.ElderNursingSubsidy }, With(Elder(), Benefits.ElderNursingSubsidy),
            EntitlementReason.OtherBenefit },
        { Anybody with { Excluded = Benefits.ElderNursingSubsidy }, With(Elder(), Benefits.SpecialHardshipSupport),
            EntitlementReason.ConditionsMet },
        { Anybody, Told(Elder(), ElderNoticeKind.Deceased), EntitlementReason.NotActive },
        { Anybody, Elder() with { Home = RegionCode.Parse("110101") }, EntitlementReason.OtherRegion },
    };

    [Theory]
    [MemberData(nameof(Units))]
    public void A_unit_programme_gives_its_quota_where_every_condition_holds(
        ProgrammeEligibility conditions, ElderFacts elder, EntitlementReason reason)
    {
        Entitlement entitlement = ProgrammeRule.Judge(Meals("meals", conditions), elder, Day, Policy);

        Assert.Equal(
            (EntitlementRule.ProgrammeConditions, reason == EntitlementReason.ConditionsMet ? 20 : 0L, reason),
            (entitlement.Rule, entitlement.Amount, entitlement.Reason));
    }

    [Fact]
    public void An_answer_names_the_benefits_and_the_day_that_it_turns_on()
    {
        Entitlement insured = ProgrammeRule.Judge(
            NationalProgramme, With(Assessed(40), Benefits.LongTermCareInsurance | Benefits.DisabilityNursingSubsidy), Day, Policy);
        Entitlement barred = ProgrammeRule.Judge(
            NationalProgramme, With(Assessed(40), Benefits.LongTermCareInsurance | Benefits.HomeCareProject), Day, Policy);
        Entitlement over = ProgrammeRule.Judge(
            NationalProgramme, Elder() with { Assessments = [new Assessment(30, new DateOnly(2025, 9, 30), Home)] }, Day, Policy);

        Assert.Equal((80_000, Benefits.LongTermCareInsurance, null), (insured.Amount, insured.Benefits, insured.Refusal));
        Assert.Equal((0, Benefits.HomeCareProject, new Refusal(Reason.ElderNotEntitled)), (barred.Amount, barred.Benefits, barred.Refusal));
        Assert.Equal(Refusal.Of(Reason.AssessmentExpired, ("date", "2026-09-30")), over.Refusal);
    }

    [Fact]
    public void Which_benefits_exclude_and_from_which_grade_is_the_policys()
    {
        Policy changed = Policy with
        {
            Vouchers = Policy.Vouchers with
            {
                National = Policy.Vouchers.National with { FromGrade = AbilityGrade.Severe, Excluded = Benefits.LongTermCareInsurance },
            },
        };

        Assert.Equal(EntitlementReason.AbilityTooGood, ProgrammeRule.Judge(NationalProgramme, Assessed(60), Day, changed).Reason);
        Assert.Equal(EntitlementReason.OtherBenefit,
            ProgrammeRule.Judge(NationalProgramme, With(Assessed(40), Benefits.LongTermCareInsurance), Day, changed).Reason);
        Assert.True(ProgrammeRule.Judge(NationalProgramme, With(Assessed(40), Benefits.HomeCareProject), Day, changed).IsGranted);
    }

    /// <summary>Of three programmes the national voucher comes first, then care, then meals; each row has what an elder gets.</summary>
    public static TheoryData<ElderFacts, string> Order => new()
    {
        { Assessed(40), "national" },
        { With(Assessed(40), Benefits.HomeCareProject), "care" },
        { Assessed(66), "meals" },
        { Assessed(66, born: "1990-01-01"), "" },
    };

    [Theory]
    [MemberData(nameof(Order))]
    public void Of_programmes_that_yield_to_one_another_the_first_one_gives(ElderFacts elder, string given)
    {
        Programme care = Meals("care", Anybody with { MinGrade = AbilityGrade.Moderate, YieldsTo = [NationalProgramme.Id] }),
            meals = Meals("meals", Anybody with { MinAge = 60, YieldsTo = [care.Id, NationalProgramme.Id] });
        Dictionary<Slug, Programme> all = new Programme[] { NationalProgramme, care, meals }.ToDictionary(programme => programme.Id);

        Entitlement[] answers = [.. all.Values.Select(programme => ProgrammeRule.Judge(programme, elder, Day, Policy, all))];

        Assert.Equal(given, string.Join(' ', all.Keys.Zip(answers).Where(pair => pair.Second.IsGranted).Select(pair => pair.First)));
        Slug? instead = given is "" or "meals" ? null : Slug.Parse(given);
        Assert.Equal(instead, answers[2].Instead);
        Assert.Equal(instead is not null, answers[2].Reason == EntitlementReason.OtherProgramme);
    }

    /// <summary>Care can't be read. The national voucher comes before all others, meals come after care, and tea after meals.</summary>
    [Theory]
    [InlineData(40, "national", "national")]
    [InlineData(66, "care", "care")]
    public void Nobody_knows_what_comes_after_a_programme_that_cannot_be_read_unless_another_gives(int points, string first, string second)
    {
        Programme meals = Meals("meals", Anybody with { YieldsTo = [Slug.Parse("care"), NationalProgramme.Id] }),
            tea = Meals("tea", Anybody with { YieldsTo = [meals.Id, NationalProgramme.Id] });
        Dictionary<Slug, Programme> readable = new Programme[] { NationalProgramme, meals, tea }.ToDictionary(programme => programme.Id);

        Entitlement[] answers =
            [.. new[] { meals, tea }.Select(programme => ProgrammeRule.Judge(programme, Assessed(points), Day, Policy, readable))];

        Assert.Equal([first, second], answers.Select(answer => answer.Instead?.Text));
        Assert.All(answers, answer => Assert.Equal(
            points == 40 ? (EntitlementReason.OtherProgramme, Reason.ElderNotEntitled)
                : (EntitlementReason.OtherUnreadable, Reason.StateUnreadable), (answer.Reason, answer.Refusal!.Reason)));
    }

    [Fact]
    public void A_voucher_is_good_from_its_issue_to_the_months_end_and_can_be_claimed_longer()
    {
        Programme programme = Meals("meals", Anybody);

        VoucherTerms terms = programme.TermsOf(OpaqueId.Parse("0123456789AB"), new DateOnly(2028, 2, 5), Policy.Vouchers);

        Assert.Equal((new DateOnly(2028, 2, 5), new DateOnly(2028, 2, 29), new DateOnly(2028, 3, 28)),
            (terms.From, terms.UseBy, terms.ClaimBy));
        Assert.Equal((VoucherKind.Units, new Fen(24_000)), (terms.Kind, programme.Commitment(20)));
        Assert.Equal([ServiceType.Meal], terms.ServiceTypes);
    }

    private static ProgrammeEligibility Anybody { get; } = new(0, null, Difficulties.None);

    private static Programme NationalProgramme { get; } =
        new(Slug.Parse("national"), ProgrammeScheme.NationalEVoucher, Unit.Fen, [ServiceType.Care], 0, Fen.Zero, Anybody);

    private static Programme Meals(string id, ProgrammeEligibility conditions) =>
        new(Slug.Parse(id), ProgrammeScheme.UnitVoucher, Unit.Meal, [ServiceType.Meal], 20, new Fen(1_200), conditions);

    private static ElderFacts Elder(Difficulties difficulties = Difficulties.None, string born = "1950-10-01") =>
        new(DateOnly.Parse(born, null), Home, difficulties, []);

    private static ElderFacts Assessed(int points, Difficulties difficulties = Difficulties.None, string born = "1950-10-01") =>
        Elder(difficulties, born) with { Assessments = [new Assessment(points, new DateOnly(2026, 2, 1), Home)] };

    private static ElderFacts With(ElderFacts elder, Benefits benefits) =>
        elder with { Notices = [new ElderNotice(ElderNoticeKind.BenefitBegun, Day.AddMonths(-1), Day.AddMonths(-1), benefits)] };

    private static ElderFacts Moved(ElderFacts elder, string region) => elder with
    {
        Notices = [new ElderNotice(ElderNoticeKind.Moved, Day.AddMonths(-1), Day.AddMonths(-1), Residence: RegionCode.Parse(region))],
    };

    private static ElderFacts Told(ElderFacts elder, ElderNoticeKind kind) =>
        elder with { Notices = [new ElderNotice(kind, Day.AddMonths(-1), Day.AddMonths(-1))] };
}
