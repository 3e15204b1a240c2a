using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>Each tick is a turn of its activation; the next period begins when the tick has ended.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private readonly Activation activation;
    private readonly Func<CancellationToken, Task> callback;
    private readonly GrainTimerCreationOptions options;
    private readonly CancellationTokenSource stopped = new();
    private readonly ITimer timer;
    private TimeSpan dueTime;
    private TimeSpan period;
    private bool changed;
    private volatile bool ticking;

    internal GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options, TimeProvider timeProvider)
    {
        this.activation = activation;
        this.callback = callback;
        this.options = options;
        timer = timeProvider.CreateCleanTimer(Due, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        this.dueTime = dueTime;
        this.period = period;
        changed = true;
        if (!ticking) Arm(dueTime);
    }

    public void Dispose()
    {
        if (stopped.IsCancellationRequested) return;
        stopped.Cancel();
        timer.Dispose();
        activation.Remove(this);
    }

    private void Due()
    {
        ticking = true;
        activation.TryEnqueue(new Tick(this));
    }

    private void Arm(TimeSpan wait)
    {
        if (!stopped.IsCancellationRequested) timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private sealed class Tick(GrainTimer owner) : Turn
    {
        internal override bool IsAlwaysInterleave => owner.options.Interleave;

        internal override bool IsLocal => true;

        internal override bool KeepsAlive => owner.options.KeepAlive;

        internal override bool IsOver => owner.stopped.IsCancellationRequested;

        internal override async Task RunAsync(Activation activation)
        {
            owner.changed = false;
            try
            {
                await owner.callback(owner.stopped.Token);
            }
            catch (Exception error)
            {
                activation.Silo.Log.LogWarning(error, "A timer of {Grain} failed", activation.GrainId);
            }

            owner.Arm(owner.changed ? owner.dueTime : owner.period);
            owner.ticking = false;
            activation.Ended(this);
        }
    }
}
