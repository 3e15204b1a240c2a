using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Platform.Tests.Orleans.Turns;

[Alias("TimeBank.Platform.Tests.ITurnGrain")]
public interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Raises <c>{name} in</c>, waits for <c>{name} go</c>; notes both ends.</summary>
    [Alias("Stay")]
    Task Stay(string name);

    [ReadOnly]
    [Alias("Look")]
    Task Look(string name);

    [AlwaysInterleave]
    [Alias("Notes")]
    Task<string[]> Notes();

    /// <summary>Reads, yields and writes back one more.</summary>
    [Alias("CountSlowly")]
    Task CountSlowly();

    [AlwaysInterleave]
    [Alias("CountWithoutLock")]
    Task<int> CountWithoutLock();
}
