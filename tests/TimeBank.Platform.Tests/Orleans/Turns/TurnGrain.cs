using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Turns;

public sealed class TurnGrain : Grain, ITurnGrain
{
    private readonly List<string> notes = [];
    private int count;
    private int slowCount;

    public async Task Stay(string name)
    {
        notes.Add($"{name} in");
        Signals.Raise($"{name} in");
        await Signals.WhenRaised($"{name} go");
        notes.Add($"{name} out");
    }

    public Task Look(string name) => Stay(name);

    public Task<string[]> Notes() => Task.FromResult<string[]>([.. notes]);

    public async Task CountSlowly()
    {
        int before = slowCount;
        await Task.Yield();
        slowCount = before + 1;
        notes.Add($"{slowCount}");
    }

    public async Task<int> CountWithoutLock()
    {
        await Task.Yield();
        int before = count;
        Thread.SpinWait(100);
        return count = before + 1;
    }
}
