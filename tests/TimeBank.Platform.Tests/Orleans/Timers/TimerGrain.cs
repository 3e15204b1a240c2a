using Orleans;
using Orleans.Runtime;

namespace TimeBank.Platform.Tests.Orleans.Timers;

public sealed class TimerGrain : Grain, ITimerGrain
{
    private readonly List<string> notes = [];
    private IGrainTimer? timer;
    private int ticks;

    public Task Start(TimeSpan dueTime, TimeSpan period)
    {
        timer = this.RegisterGrainTimer(
            async _ =>
            {
                await Task.Yield();
                ticks++;
                Signals.Raise($"{this.GetPrimaryKeyString()} tick {ticks}");
            },
            new GrainTimerCreationOptions(dueTime, period));
        return Task.CompletedTask;
    }

    public Task<int> Ticks() => Task.FromResult(ticks);

    public Task Change(TimeSpan time)
    {
        timer!.Change(time, time);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        timer!.Dispose();
        return Task.CompletedTask;
    }

    public async Task WaitForInterleavedTick()
    {
        TaskCompletionSource ticked = new();
        using IGrainTimer once = this.RegisterGrainTimer(
            _ =>
            {
                ticked.TrySetResult();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true });
        await ticked.Task;
    }

    public async Task HoldOffTick()
    {
        string key = this.GetPrimaryKeyString();
        this.RegisterGrainTimer(
            _ =>
            {
                notes.Add("tick");
                Signals.Raise($"{key} ticked");
                throw new InvalidOperationException("A failing tick is only logged.");
            },
            new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        Signals.Raise($"{key} holds");
        await Signals.WhenRaised($"{key} go");
        notes.Add("request ends");
    }

    public Task<string[]> Notes() => Task.FromResult<string[]>([.. notes]);
}
