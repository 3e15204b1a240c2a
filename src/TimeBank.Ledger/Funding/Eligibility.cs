using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>
/// Who is entitled: every condition that is set must hold. One of them that does not is the reason, in the order of the checks in
/// <see cref="RefusalOf"/>: first what no paper can change, last what another benefit bars.
/// </summary>
/// <param name="MinAge">Full years (周岁); zero sets no minimum.</param>
/// <param name="MinGrade">The mildest grade that a valid assessment must show; null requires no assessment.</param>
/// <param name="AnyDifficulty">The elder needs one of these; none requires none.</param>
public sealed record ProgrammeEligibility(int MinAge, AbilityGrade? MinGrade, Difficulties AnyDifficulty)
{
    private const Difficulties LowIncomes = Difficulties.LowIncome | Difficulties.SpecialHardship;

    /// <summary>Whether a low income (低保、低收入 or 特困) is required, beside what <see cref="AnyDifficulty"/> requires.</summary>
    public bool LowIncome { get; init; }

    /// <summary>The region in which the elder must live; null: anywhere in the policy's region.</summary>
    public RegionCode? Residence { get; init; }

    /// <summary>The benefits that exclude this one.</summary>
    public Benefits Excluded { get; init; }

    /// <summary>The programmes that come first: who gets something from one of them gets nothing here.</summary>
    public ImmutableArray<Slug> YieldsTo { get; init; } = [];

    /// <summary>The first condition that does not hold; null where all do.</summary>
    internal EntitlementReason? RefusalOf(ElderFacts elder, DateOnly day, Policy policy) =>
        RegisterRefusal(elder, day, policy, Residence)
        ?? (elder.AgeOn(day) < MinAge ? EntitlementReason.TooYoung
        : LowIncome && !elder.HasAny(LowIncomes, day) ? EntitlementReason.NotLowIncome
        : AnyDifficulty != Difficulties.None && !elder.HasAny(AnyDifficulty, day) ? EntitlementReason.NoHardship
        : MinGrade is { } min && GradeRefusal(elder, day, policy, min) is { } grade ? grade
        : (elder.BenefitsOn(day) & Excluded) != Benefits.None ? EntitlementReason.OtherBenefit
        : null);

    /// <summary>What bars an elder from everything: not on the register, or at home or living in another region.</summary>
    internal static EntitlementReason? RegisterRefusal(ElderFacts elder, DateOnly day, Policy policy, RegionCode? residence = null) =>
        elder.StatusOn(day) != ElderStatus.Active ? EntitlementReason.NotActive
        : !policy.Covers(elder.Home) ? EntitlementReason.OtherRegion
        : !elder.ResidenceOn(day).IsWithin(residence ?? policy.Version.Region) ? EntitlementReason.NotResident
        : null;

    /// <summary>Whether the valid assessment shows too little disability, or there is none.</summary>
    internal static EntitlementReason? GradeRefusal(ElderFacts elder, DateOnly day, Policy policy, AbilityGrade min) =>
        elder.LastAssessment(day, policy.Ability) is null ? EntitlementReason.NotAssessed
        : elder.GradeOn(day, policy.Ability) is not { } grade ? EntitlementReason.AssessmentExpired
        : grade < min ? EntitlementReason.AbilityTooGood
        : null;
}

/// <summary>
/// Hours for elders in hardship: very old, empty nest and alone; or younger, of low income, disabled and alone. Source: Nanjing; own.
/// </summary>
public static class IssuedHoursRule
{
    public static Entitlement Judge(ElderFacts elder, DateOnly day, Policy policy)
    {
        IssuedHoursPolicy numbers = policy.Hours.Issued;
        EntitlementReason reason = Reason(elder, day, policy, numbers);
        long amount = reason is EntitlementReason.EmptyNestAlone or EntitlementReason.LowIncomeDisabledAlone ? numbers.PerMonth.Value : 0;
        return new Entitlement(EntitlementRule.IssuedHours, Unit.Minutes, amount, reason, policy.Version)
        {
            AssessedUntil = elder.EndedOn(day, policy, reason),
        };
    }

    private static EntitlementReason Reason(ElderFacts elder, DateOnly day, Policy policy, IssuedHoursPolicy numbers)
    {
        if (ProgrammeEligibility.RegisterRefusal(elder, day, policy) is { } refusal)
            return refusal;
        int age = elder.AgeOn(day);
        if (age < Math.Min(numbers.AloneFromAge, numbers.LowIncomeFromAge))
            return EntitlementReason.TooYoung;
        if (age >= numbers.AloneFromAge && elder.Has(Difficulties.EmptyNest | Difficulties.LivingAlone, day))
            return EntitlementReason.EmptyNestAlone;
        if (age < numbers.LowIncomeFromAge || age > numbers.LowIncomeToAge
            || !elder.Has(Difficulties.LowIncome | Difficulties.LivingAlone, day))
            return EntitlementReason.NoHardship;
        return ProgrammeEligibility.GradeRefusal(elder, day, policy, numbers.LowIncomeFromGrade)
            ?? EntitlementReason.LowIncomeDisabledAlone;
    }
}

/// <summary>
/// What a programme gives an elder for a month that is issued on a day. The facts that count on that day decide for the whole month.
/// <para>
/// The national e-voucher is for everybody of 60 who lives in the region and whose valid assessment shows moderate disability or worse,
/// unless one of the benefits that the policy names pays for the same. Long-term-care insurance is none of them: it pays first, and the
/// voucher bears its share of what is left (<see cref="RedemptionAmount"/>). Sources: Ministry of Civil Affairs, 2025/37; the plans of
/// Fujian (2026-02-01) and Hebei (2026-01-24) for the excluded benefits and the order with insurance.
/// </para>
/// <para>
/// Unit vouchers and persistent subsidies go by the programme's conditions. Whoever gets something from a programme that comes first gets
/// nothing here, even before that one is issued: so the order of issuing decides nothing.
/// </para>
/// </summary>
public static class ProgrammeRule
{
    /// <param name="first">
    /// The programmes that <paramref name="programme"/> yields to, and those that they yield to, by id. One that is missing can't be read.
    /// </param>
    public static Entitlement Judge(
        Programme programme, ElderFacts elder, DateOnly day, Policy policy, IReadOnlyDictionary<Slug, Programme>? first = null)
    {
        ProgrammeEligibility conditions = ConditionsOf(programme, policy);
        return programme.Scheme == ProgrammeScheme.NationalEVoucher
            ? Judge(
                EntitlementRule.NationalVoucher, programme.Unit, policy.Vouchers.National.CeilingPerMonth.Value,
                EntitlementReason.Disability, conditions, elder, day, policy)
            : Yielding(
                Judge(
                    EntitlementRule.ProgrammeConditions, programme.Unit, programme.MonthlyQuota, EntitlementReason.ConditionsMet,
                    conditions, elder, day, policy),
                programme, elder, day, policy, first);
    }

    /// <summary>Who is entitled: of the national e-voucher the policy says it, else the programme.</summary>
    internal static ProgrammeEligibility ConditionsOf(Programme programme, Policy policy) => programme.Scheme switch
    {
        ProgrammeScheme.NationalEVoucher => Of(policy.Vouchers.National),
        ProgrammeScheme.UnitVoucher or ProgrammeScheme.PersistentSubsidy => programme.Eligibility,
        ProgrammeScheme.None => throw new ArgumentException($"Programme {programme.Id} has no scheme.", nameof(programme)),
    };

    private static ProgrammeEligibility Of(NationalVoucherPolicy national) =>
        new(national.FromAge, national.FromGrade, Difficulties.None) { Excluded = national.Excluded };

    private static Entitlement Judge(
        EntitlementRule rule, Unit unit, long amount, EntitlementReason ground, ProgrammeEligibility conditions, ElderFacts elder,
        DateOnly day, Policy policy)
    {
        EntitlementReason? refusal = conditions.RefusalOf(elder, day, policy);
        Benefits benefits = elder.BenefitsOn(day);
        return new Entitlement(rule, unit, refusal is null ? amount : 0, refusal ?? ground, policy.Version)
        {
            AssessedUntil = elder.EndedOn(day, policy, refusal),
            Benefits = refusal is null ? benefits & Benefits.LongTermCareInsurance
                : refusal == EntitlementReason.OtherBenefit ? benefits & conditions.Excluded : Benefits.None,
        };
    }

    /// <summary>
    /// The entitlement itself, or none where a programme that comes first gives the elder something, or may: it can't be read.
    /// </summary>
    private static Entitlement Yielding(
        Entitlement own, Programme programme, ElderFacts elder, DateOnly day, Policy policy, IReadOnlyDictionary<Slug, Programme>? first)
    {
        if (!own.IsGranted)
            return own;
        Slug? unknown = null;
        // A programme yields only to older ones, so this ends.
        foreach (Slug id in programme.Eligibility.YieldsTo)
        {
            Entitlement? other = first?.GetValueOrDefault(id) is { } readable ? Judge(readable, elder, day, policy, first) : null;
            if (other is { IsGranted: true }) return None(EntitlementReason.OtherProgramme, id);
            if (other is null or { Reason: EntitlementReason.OtherUnreadable }) unknown ??= other?.Instead ?? id;
        }
        return unknown is { } one ? None(EntitlementReason.OtherUnreadable, one) : own;

        Entitlement None(EntitlementReason reason, Slug instead) =>
            own with { Amount = 0, Reason = reason, Benefits = Benefits.None, Instead = instead };
    }
}
