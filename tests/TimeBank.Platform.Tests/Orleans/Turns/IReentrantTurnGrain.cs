using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Turns;

[Alias("TimeBank.Platform.Tests.IReentrantTurnGrain")]
public interface IReentrantTurnGrain : IGrainWithStringKey
{
    [Alias("Stay")]
    Task Stay(string name);

    [Alias("CountWithoutLock")]
    Task<int> CountWithoutLock();
}
