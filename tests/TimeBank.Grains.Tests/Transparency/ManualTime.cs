namespace TimeBank.Grains.Tests;

/// <summary>A clock that stands still until it is moved. A test waits for a timer to be armed, and then moves it.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _turn = new();
    private readonly List<Timer> _timers = [];
    private readonly SemaphoreSlim _armed = new(0);
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_turn) return _now;
    }

    /// <summary>Waits for the next timer and fires it at its time.</summary>
    /// <returns>How long it was set for.</returns>
    public async Task<TimeSpan> PassAsync()
    {
        await _armed.WaitAsync(TimeSpan.FromSeconds(30));
        Timer timer;
        lock (_turn)
        {
            timer = _timers[0];
            _timers.RemoveAt(0);
            _now += timer.Due;
        }
        timer.Fire();
        return timer.Due;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(() => callback(state), dueTime);
        lock (_turn) _timers.Add(timer);
        _armed.Release();
        return timer;
    }

    private sealed class Timer(Action fire, TimeSpan due) : ITimer
    {
        public TimeSpan Due => due;

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
