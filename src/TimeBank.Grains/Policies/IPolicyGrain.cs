using Orleans;

namespace TimeBank.Grains;

/// <summary>The policy versions of a region; key: the region's code.</summary>
[Alias("timebank.policy")]
public interface IPolicyGrain : IGrainWithStringKey
{
    /// <summary>The policy in force on a day.</summary>
    [Alias("at")]
    Task<PolicyMessage> AtAsync(DateOnly day);
}
