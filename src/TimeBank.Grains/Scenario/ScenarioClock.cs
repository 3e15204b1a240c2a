namespace TimeBank.Grains;

/// <summary>
/// The clock of a demonstration: it stands where the scenario put it, and follows the system's once the scenario is over. Where it
/// went further than that one, it stands until that one has come as far: the journal has entries of its time.
/// </summary>
public sealed class ScenarioClock(DateTimeOffset start) : TimeProvider
{
    private long _utcTicks = start.UtcTicks;
    private volatile bool _finished;

    public DateTimeOffset Start { get; } = start;

    public override DateTimeOffset GetUtcNow()
    {
        var set = new DateTimeOffset(Interlocked.Read(ref _utcTicks), TimeSpan.Zero);
        return _finished && System.GetUtcNow() is var real && real > set ? real : set;
    }

    /// <summary>Sets the clock; only its grain does, which keeps it from going back.</summary>
    public void Set(DateTimeOffset now, bool finished)
    {
        Interlocked.Exchange(ref _utcTicks, now.UtcTicks);
        _finished = finished;
    }
}
