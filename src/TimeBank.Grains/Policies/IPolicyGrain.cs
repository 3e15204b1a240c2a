using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Grains;

/// <summary>The policy versions of a region; key: the region's code.</summary>
[Alias("timebank.policy")]
public interface IPolicyGrain : IVersionsGrain
{
    /// <summary>The policy in force on a day, the region's own or the nearest wider one's; before the first one that one.</summary>
    [Alias("at"), ReadOnly]
    Task<PolicyMessage> AtAsync(DateOnly day);
}
