using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// The clock of a demonstration: it stands where the scenario put it, and follows the system's once the scenario is over. Where it
/// went further than that one, it stands until that one has come as far: the journal has entries of its time.
/// </summary>
public sealed class ScenarioClock(DateTimeOffset start) : TimeProvider
{
    /// <summary>
    /// The last day that a demonstration may reach. At the end of the calendar there is no day after, which deadlines and days of use need;
    /// and a journal never goes back, so one that was written to in such a year is lost to the real clock.
    /// </summary>
    public static readonly DateOnly LastDay = new(2099, 12, 31);

    private long _utcTicks = start.UtcTicks;
    private volatile bool _finished;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DateTimeOffset Start { get; } = start;

    /// <summary>Ends when the clock is set the next time.</summary>
    public Task Moved => Volatile.Read(ref _moved).Task;

    /// <summary>Whether it stands beyond <see cref="LastDay"/>, where an older build let it go.</summary>
    public bool IsBeyondEnd => IsBeyond(GetUtcNow());

    public static bool IsBeyond(DateTimeOffset time) => time >= ChinaTime.StartOf(LastDay.AddDays(1));

    public override DateTimeOffset GetUtcNow()
    {
        var set = new DateTimeOffset(Interlocked.Read(ref _utcTicks), TimeSpan.Zero);
        // Nobody can wait for the system's clock to come as far as the calendar's end.
        return _finished && System.GetUtcNow() is var real && (real > set || IsBeyond(set)) ? real : set;
    }

    /// <summary>Sets the clock; only its grain does, which keeps it from going back.</summary>
    public void Set(DateTimeOffset now, bool finished)
    {
        Interlocked.Exchange(ref _utcTicks, now.UtcTicks);
        _finished = finished;
        Interlocked.Exchange(ref _moved, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}
