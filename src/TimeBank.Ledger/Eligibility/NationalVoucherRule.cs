namespace TimeBank.Ledger;

/// <summary>The national e-voucher: elders whose valid assessment shows moderate disability or worse. Source: Ministry of Civil Affairs, 2025/37.</summary>
public static class NationalVoucherRule
{
    public static Entitlement Judge(ElderFacts elder, DateOnly day, Policy policy)
    {
        NationalVoucherPolicy numbers = policy.Vouchers.National;
        EntitlementReason reason = Reason(elder, day, policy, numbers);
        long amount = reason == EntitlementReason.Disability ? numbers.CeilingPerMonth.Value : 0;
        return new Entitlement(EntitlementKind.NationalVoucher, Unit.Fen, amount, reason, policy.Version);
    }

    private static EntitlementReason Reason(ElderFacts elder, DateOnly day, Policy policy, NationalVoucherPolicy numbers)
    {
        if (Entitlements.CommonRefusal(elder, policy) is var refusal and not EntitlementReason.None)
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
