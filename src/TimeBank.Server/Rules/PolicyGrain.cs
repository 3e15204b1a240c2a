using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>The versions of a region's policy, which has every number of the rules; key: the region's code.</summary>
[Alias("timebank.policy")]
public interface IPolicyGrain : IVersionsGrain
{
    /// <summary>
    /// The policy in force on a day: the region's own, or the nearest wider region's. For a day before the first policy, the first.
    /// </summary>
    [Alias("at"), ReadOnly]
    Task<Policy> AtAsync(DateOnly day);
}

/// <inheritdoc cref="IPolicyGrain"/>
public sealed class PolicyGrain([PersistentState("policy", "timebank")] IPersistentState<VersionsState> state, BusinessClock clock)
    : VersionsGrain<Policy>(state, clock), IPolicyGrain
{
    protected override Reason NotFound => Reason.PolicyVersionNotFound;

    protected override IEnumerable<VersionedFile<Policy>> Shipped() =>
        PolicyHistory.BuiltIn.Versions.Where(policy => policy.Version.Region == Region).Select(policy => Of(policy, null));

    protected override VersionedFile<Policy> Read(ProposedVersion stored) =>
        Of(Policy.Parse(Utf8(stored)).Expect($"a policy of {Region}"), stored);

    protected override IVersionsGrain Wider(RegionCode region) => GrainFactory.GetGrain<IPolicyGrain>(region.ToString());

    protected override Task<Policy> WiderAtAsync(RegionCode region, DateOnly day) =>
        GrainFactory.GetGrain<IPolicyGrain>(region.ToString()).AtAsync(day);

    private static VersionedFile<Policy> Of(Policy policy, ProposedVersion? stored) => new(
        policy.Version.Region, policy.Version.Name, policy.Effective, policy.File, policy, stored);
}
