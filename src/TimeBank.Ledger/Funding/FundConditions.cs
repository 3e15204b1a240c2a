using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// For whom and for what the givers of a fund's money gave it (限定用途的捐赠、慈善信托): a programme that gets some must keep each of these
/// for every elder and every service. Unlike a purpose in words it is checked, so nobody can lift it.
/// </summary>
/// <param name="MinAge">Full years (周岁); zero: any age.</param>
/// <param name="Residence">The region in which the elders must live; null: anywhere.</param>
/// <param name="ServiceTypes">The only services that may be paid for; empty: all.</param>
public sealed record FundConditions(int MinAge, RegionCode? Residence, ImmutableArray<ServiceType> ServiceTypes)
{
    /// <summary>
    /// The first condition that a programme does not keep: age, residence, services; null where it keeps all. Who gets the national
    /// e-voucher is what the policy says.
    /// </summary>
    /// <param name="fund">The fund's name for people.</param>
    /// <param name="policy">The policy of the day of the allotment.</param>
    public Refusal? RefusalOf(string fund, Programme programme, Policy policy)
    {
        ProgrammeEligibility whom = ProgrammeRule.ConditionsOf(programme, policy);
        if (whom.MinAge < MinAge)
            return Refusal.Of(Reason.FundAgeBound, ("fund", fund), ("age", Text(MinAge)), ("from", Text(whom.MinAge)));
        RegionCode lives = whom.Residence ?? policy.Version.Region;
        if (Residence is { } region && !lives.IsWithin(region))
            return Refusal.Of(Reason.FundResidenceBound, ("fund", fund), ("region", region.ToString()), ("lives", lives.ToString()));
        foreach (ServiceType type in programme.ServiceTypes)
        {
            if (!ServiceTypes.IsEmpty && !ServiceTypes.Contains(type))
                return Refusal.Of(Reason.FundServiceBound, ("fund", fund), ("service", AccreditationSpan.WordOf(type)));
        }
        return null;
    }

    private static string Text(int age) => age.ToString(CultureInfo.InvariantCulture);
}
