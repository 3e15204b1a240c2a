using Orleans.Runtime;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>Keeps the policy versions of a region.</summary>
public sealed class PolicyGrain([PersistentState("policy", "timebank")] IPersistentState<VersionsState> state, BusinessClock clock)
    : VersionsGrain<PolicyMessage>(state, clock), IPolicyGrain
{
    protected override Reason NotFound => Reason.PolicyVersionNotFound;

    protected override IEnumerable<VersionedFile<PolicyMessage>> Shipped() =>
        PolicyHistory.BuiltIn.Versions.Where(policy => policy.Version.Region == Region).Select(policy => Of(policy, null));

    protected override VersionedFile<PolicyMessage> Read(ProposedVersion stored) => Of(Policy.Parse(Utf8(stored)).Expect($"a policy of {Region}"), stored);

    protected override IVersionsGrain Wider(RegionCode region) => GrainFactory.GetGrain<IPolicyGrain>(region.ToString());

    protected override Task<PolicyMessage> WiderAtAsync(RegionCode region, DateOnly day) => GrainFactory.GetGrain<IPolicyGrain>(region.ToString()).AtAsync(day);

    private static VersionedFile<PolicyMessage> Of(Policy policy, ProposedVersion? stored) => new(
        policy.Version.Region, policy.Version.Name, policy.Effective, policy.File, new PolicyMessage(policy.File.ToArray(), policy), stored);
}
