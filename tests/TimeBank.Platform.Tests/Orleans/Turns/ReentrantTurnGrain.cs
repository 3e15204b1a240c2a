using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Platform.Tests.Orleans.Turns;

[Reentrant]
public sealed class ReentrantTurnGrain : Grain, IReentrantTurnGrain
{
    private int count;

    public async Task Stay(string name)
    {
        Signals.Raise($"{name} in");
        await Signals.WhenRaised($"{name} go");
    }

    public async Task<int> CountWithoutLock()
    {
        await Task.Yield();
        int before = count;
        Thread.SpinWait(100);
        return count = before + 1;
    }
}
