namespace TimeBank.Ledger;

/// <summary>One rule's answer for one elder and one day: the amount that a month's issue gives, or why it gives nothing.</summary>
/// <param name="Amount">The amount a month, in <paramref name="Unit"/>; zero where not entitled.</param>
/// <param name="Reason">The ground, or the refusal.</param>
/// <param name="Policy">The policy version whose numbers decided.</param>
public sealed record Entitlement(Unit Unit, long Amount, EntitlementReason Reason, PolicyVersion Policy)
{
    public bool IsGranted => Amount > 0;
}

/// <summary>Why an elder is or is not entitled: grounds are below 100, refusals from 100 on.</summary>
public enum EntitlementReason
{
    None = 0,

    /// <summary>A valid assessment shows the disability that the rule requires.</summary>
    Disability = 1,

    /// <summary>Very old, empty nest, living alone.</summary>
    EmptyNestAlone = 4,

    /// <summary>Low income, disabled, living alone.</summary>
    LowIncomeDisabledAlone = 5,

    /// <summary>The elder left the region or died.</summary>
    NotActive = 100,

    /// <summary>The elder's home is outside the policy's region.</summary>
    OtherRegion = 101,

    TooYoung = 102,

    /// <summary>No assessment up to this day.</summary>
    NotAssessed = 103,

    /// <summary>The last assessment is no longer valid.</summary>
    AssessmentExpired = 104,

    /// <summary>The valid assessment shows less disability than the rule requires.</summary>
    AbilityTooGood = 105,

    /// <summary>Old enough, but without the hardship that the rule requires.</summary>
    NoHardship = 106,
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
        return new Entitlement(Unit.Minutes, amount, reason, policy.Version);
    }

    private static EntitlementReason Reason(ElderFacts elder, DateOnly day, Policy policy, IssuedHoursPolicy numbers)
    {
        if (elder.RefusalUnder(policy) is var refusal and not EntitlementReason.None)
            return refusal;
        int age = elder.AgeOn(day);
        if (age < Math.Min(numbers.AloneFromAge, numbers.LowIncomeFromAge))
            return EntitlementReason.TooYoung;
        if (age >= numbers.AloneFromAge && elder.Has(Difficulties.EmptyNest | Difficulties.LivingAlone))
            return EntitlementReason.EmptyNestAlone;
        if (age < numbers.LowIncomeFromAge || age > numbers.LowIncomeToAge || !elder.Has(Difficulties.LowIncome | Difficulties.LivingAlone))
            return EntitlementReason.NoHardship;
        if (elder.AssessmentOn(day) is null)
            return EntitlementReason.NotAssessed;
        return elder.GradeOn(day, policy.Ability) is not { } grade ? EntitlementReason.AssessmentExpired
            : grade < numbers.LowIncomeFromGrade ? EntitlementReason.AbilityTooGood
            : EntitlementReason.LowIncomeDisabledAlone;
    }
}

/// <summary>
/// The national e-voucher, for elders whose valid assessment shows moderate disability or worse. Source: Ministry of Civil Affairs,
/// 2025/37.
/// </summary>
public static class NationalVoucherRule
{
    public static Entitlement Judge(ElderFacts elder, DateOnly day, Policy policy)
    {
        NationalVoucherPolicy numbers = policy.Vouchers.National;
        EntitlementReason reason = Reason(elder, day, policy, numbers);
        long amount = reason == EntitlementReason.Disability ? numbers.CeilingPerMonth.Value : 0;
        return new Entitlement(Unit.Fen, amount, reason, policy.Version);
    }

    private static EntitlementReason Reason(ElderFacts elder, DateOnly day, Policy policy, NationalVoucherPolicy numbers)
    {
        if (elder.RefusalUnder(policy) is var refusal and not EntitlementReason.None)
            return refusal;
        if (elder.AgeOn(day) < numbers.FromAge)
            return EntitlementReason.TooYoung;
        if (elder.AssessmentOn(day) is null)
            return EntitlementReason.NotAssessed;
        return elder.GradeOn(day, policy.Ability) is not { } grade ? EntitlementReason.AssessmentExpired
            : grade < numbers.FromGrade ? EntitlementReason.AbilityTooGood
            : EntitlementReason.Disability;
    }
}
