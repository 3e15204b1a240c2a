namespace TimeBank.Ledger;

/// <summary>
/// Hours for elders in hardship: of a high age, an empty nest and alone; or younger, of low income, disabled and alone. Source: Nanjing; own.
/// </summary>
public static class IssuedHoursRule
{
    public static Entitlement Judge(ElderFacts elder, DateOnly day, Policy policy)
    {
        IssuedHoursPolicy numbers = policy.Hours.Issued;
        EntitlementReason reason = Reason(elder, day, policy, numbers);
        long amount = reason is EntitlementReason.EmptyNestAlone or EntitlementReason.LowIncomeDisabledAlone ? numbers.PerMonth.Value : 0;
        return new Entitlement(EntitlementKind.IssuedHours, Unit.Minutes, amount, reason, policy.Version);
    }

    private static EntitlementReason Reason(ElderFacts elder, DateOnly day, Policy policy, IssuedHoursPolicy numbers)
    {
        if (Entitlements.CommonRefusal(elder, policy) is var refusal and not EntitlementReason.None)
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
