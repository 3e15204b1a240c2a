namespace TimeBank.Ledger;

/// <summary>The meal programme: every elder of a high age, and younger ones in hardship. Source: own, for demonstration.</summary>
public static class MealProgrammeRule
{
    public static Entitlement Judge(ElderFacts elder, DateOnly day, Policy policy)
    {
        MealProgrammePolicy numbers = policy.Vouchers.Meal;
        EntitlementReason reason = Reason(elder, day, policy, numbers);
        long amount = reason is EntitlementReason.Age or EntitlementReason.AgeAndHardship ? numbers.UnitsPerMonth : 0;
        return new Entitlement(EntitlementKind.MealProgramme, Unit.Meal, amount, reason, policy.Version);
    }

    private static EntitlementReason Reason(ElderFacts elder, DateOnly day, Policy policy, MealProgrammePolicy numbers)
    {
        if (Entitlements.CommonRefusal(elder, policy) is var refusal and not EntitlementReason.None)
            return refusal;
        int age = elder.AgeOn(day);
        return age >= numbers.FromAge ? EntitlementReason.Age
            : age < numbers.HardshipFromAge ? EntitlementReason.TooYoung
            : elder.HasAny(numbers.HardshipFlags) ? EntitlementReason.AgeAndHardship
            : EntitlementReason.NoHardship;
    }
}
