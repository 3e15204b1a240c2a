using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace TimeBank.Server.GrainTests;

/// <summary>A clock that stands still until a test moves it. It tells when a timer is armed: wait for that, then move the clock.</summary>
internal sealed class ManualTime : FakeTimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _due = new();
    private readonly SemaphoreSlim _armed = new(0);

    /// <summary>Waits for the next timer and fires it at its time.</summary>
    /// <returns>The timer's length.</returns>
    public async Task<TimeSpan> PassAsync()
    {
        await _armed.WaitAsync(TimeSpan.FromSeconds(30));
        if (!_due.TryDequeue(out TimeSpan due)) throw new TimeoutException("No timer was armed within 30 s.");
        Advance(due);
        return due;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        _due.Enqueue(dueTime);
        _armed.Release();
        return timer;
    }
}
