using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// Whether a programme gives an elder something on a day, and how much. The day's facts decide for the whole month: a change of status stops the next month.
/// Source: the national e-voucher by its own rule; unit programmes by their conditions.
/// </summary>
public static class ProgrammeRule
{
    public static ProgrammeGrant Judge(Programme programme, ElderFacts elder, DateOnly day, Policy policy) => programme.Scheme switch
    {
        ProgrammeScheme.NationalEVoucher => National(elder, day, policy),
        ProgrammeScheme.UnitVoucher => Units(programme, elder, day, policy),
        ProgrammeScheme.None => throw new ArgumentException($"Programme {programme.Id} has no scheme.", nameof(programme)),
    };

    private static ProgrammeGrant National(ElderFacts elder, DateOnly day, Policy policy)
    {
        Entitlement entitlement = NationalVoucherRule.Judge(elder, day, policy);
        if (entitlement.IsGranted) return new ProgrammeGrant(entitlement.Amount, null);
        return entitlement.Reason == EntitlementReason.AssessmentExpired ? Expired(elder, day, policy) : NotEntitled;
    }

    private static ProgrammeGrant Units(Programme programme, ElderFacts elder, DateOnly day, Policy policy)
    {
        ProgrammeEligibility conditions = programme.Eligibility;
        if (Entitlements.CommonRefusal(elder, policy) != EntitlementReason.None) return NotEntitled;
        if (elder.AgeOn(day) < conditions.MinAge) return NotEntitled;
        if (conditions.AnyDifficulty != Difficulties.None && !elder.HasAny(conditions.AnyDifficulty)) return NotEntitled;
        if (conditions.MinGrade is { } min)
        {
            if (elder.AssessmentOn(day) is null) return NotEntitled;
            if (elder.GradeOn(day, policy.Ability) is not { } grade) return Expired(elder, day, policy);
            if (grade < min) return NotEntitled;
        }
        return new ProgrammeGrant(programme.MonthlyQuota, null);
    }

    private static ProgrammeGrant NotEntitled { get; } = new(0, new Refusal(Reason.ElderNotEntitled));

    private static ProgrammeGrant Expired(ElderFacts elder, DateOnly day, Policy policy) =>
        new(0, Refusal.Of(Reason.AssessmentExpired,
            ("date", elder.AssessmentOn(day)!.LastDay(policy.Ability).ToString("O", CultureInfo.InvariantCulture))));
}
