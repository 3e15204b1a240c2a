using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>A process's clock: the world's time plus an error that the seed draws. It remembers every time that it has shown.</summary>
internal sealed class ProcessClock(World world) : TimeProvider
{
    public static DateTimeOffset Start { get; } = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<long> _shown = [];

    /// <summary>How far it is ahead of the world, in microseconds.</summary>
    public long Ahead { get; set; }

    /// <summary>The number of times shown so far.</summary>
    public int Count => _shown.Count;

    public static LedgerTime At(long microseconds) => LedgerTime.From(Start.AddMicroseconds(microseconds));

    public override DateTimeOffset GetUtcNow()
    {
        world.RequireOwnThread("The clock");
        _shown.Add(At(world.Now + Ahead).Microseconds);
        return Start.AddMicroseconds(world.Now + Ahead);
    }

    public bool HasShown(long microseconds) => _shown.LastIndexOf(microseconds) >= 0;

    /// <summary>The earliest and the latest time shown since a reading; null where there is none.</summary>
    public (long Earliest, long Latest)? Since(int reading)
    {
        if (reading >= _shown.Count) return null;
        long earliest = long.MaxValue, latest = long.MinValue;
        for (int at = reading; at < _shown.Count; at++) (earliest, latest) = (Math.Min(earliest, _shown[at]), Math.Max(latest, _shown[at]));
        return (earliest, latest);
    }
}
