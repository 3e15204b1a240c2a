using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>
/// Services find people (服务找人): every rule is asked for every elder, without an application. Facts of the day of issue decide for the whole month, so a
/// change of status stops the next month and not this one.
/// </summary>
public static class Entitlements
{
    /// <summary>Each rule's answer, granted or not, in the order of <see cref="EntitlementKind"/>.</summary>
    public static ImmutableArray<Entitlement> Of(ElderFacts elder, DateOnly day, Policy policy) =>
    [
        NationalVoucherRule.Judge(elder, day, policy),
        MealProgrammeRule.Judge(elder, day, policy),
        IssuedHoursRule.Judge(elder, day, policy),
    ];

    /// <summary>What stops an elder from every entitlement; none where nothing does.</summary>
    internal static EntitlementReason CommonRefusal(ElderFacts elder, Policy policy) =>
        elder.Status != ElderStatus.Active ? EntitlementReason.NotActive
        : !policy.Covers(elder.Home) ? EntitlementReason.OtherRegion
        : EntitlementReason.None;
}
