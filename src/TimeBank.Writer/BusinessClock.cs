using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Writer;

/// <summary>
/// The clock that the business runs by: ledger time, days of use, deadlines. A type of its own, so that a demonstration that moves
/// it doesn't move the clock of the libraries underneath.
/// </summary>
/// <param name="guard">Doubts what the clock says where it is far from what is known; null: it is believed.</param>
public sealed class BusinessClock(TimeProvider source, ClockGuard? guard = null)
{
    public DateTimeOffset Now => source.GetUtcNow();

    /// <summary>The civil date in the regions served.</summary>
    public DateOnly Today => ChinaTime.DateOf(Now);

    /// <summary>Why nothing may be written under a time that the clock said, and what to do about it; null where it may.</summary>
    public string? Doubt(DateTimeOffset now) => guard?.Doubt(now);

    /// <summary>Why nothing may be written now; null where it may.</summary>
    public string? Doubt() => Doubt(Now);

    /// <summary>A region's journal has an entry of this time.</summary>
    public void Saw(LedgerTime entry) => guard?.Saw(entry);
}

/// <summary>How far a clock may be from what is known.</summary>
/// <param name="Ahead">How far ahead of the last entry, while no server ran; null: any time, as a demonstration's clock is set.</param>
/// <param name="Behind">How far behind the last entry.</param>
/// <param name="Checked">A day on which somebody held the clock against another one; for a while it counts more than the journal.</param>
public sealed record ClockBounds(TimeSpan? Ahead, TimeSpan Behind, DateOnly? Checked = null);

/// <summary>
/// Whether a server's clock may date entries. An entry of a wrong time can't be taken back, and every later one is dated after it, so a
/// clock that is far from the last entry is doubted before it dates the first. While the server runs, the time since it was last believed
/// is measured by a counter that nobody sets.
/// </summary>
/// <param name="source">The clock at the start, which a <see cref="ClockBounds.Checked"/> day is held against.</param>
/// <param name="steady">The counter; null: the machine's.</param>
public sealed class ClockGuard(ClockBounds bounds, TimeProvider source, TimeProvider? steady = null)
{
    private const string Mend = "Where the clock is wrong, set it right: the server then goes on by itself.";

    private const string WayOut = "Where it is right, start the server with TimeBank:ClockChecked as today's date, such as 2026-11-28.";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // A machine that has lost its clock's battery starts years before this was written.
    private static readonly DateTimeOffset Oldest = new(2026, 1, 1, 0, 0, 0, ChinaTime.Offset);

    private readonly TimeProvider _steady = steady ?? TimeProvider.System;
    private readonly Lock _turn = new();
    private readonly bool _isVouchedFor = bounds is { Checked: { } day, Ahead: { } ahead } && IsWithin(source.GetUtcNow(), day, ahead);
    private DateTimeOffset? _lastEntry, _believed;
    private long _believedAt;

    /// <summary>A region's journal has an entry of this time. The latest of all regions counts: others may rest.</summary>
    public void Saw(LedgerTime entry)
    {
        if (entry.Microseconds <= 0) return;
        lock (_turn)
        {
            DateTimeOffset time = entry.ToDateTimeOffset();
            if (_lastEntry is null || time > _lastEntry) _lastEntry = time;
        }
    }

    /// <summary>Why a clock that says <paramref name="now"/> is doubted, and what to do about it; null where it is believed.</summary>
    public string? Doubt(DateTimeOffset now)
    {
        lock (_turn)
        {
            if (!_isVouchedFor && _lastEntry is { } last && last - now > bounds.Behind) return Behind(now, last);
            if (bounds.Ahead is not null && now < Oldest) return Before(now);
            if (bounds.Ahead is { } most && Known() is { } known && now - known > most) return Ahead(now, known);
            (_believed, _believedAt) = (now, _steady.GetTimestamp());
            return null;
        }
    }

    /// <summary>What time it is at least, as far as anybody here knows.</summary>
    private DateTimeOffset? Known()
    {
        if (_believed is { } believed) return believed + _steady.GetElapsedTime(_believedAt);
        return _isVouchedFor ? null : _lastEntry;
    }

    private static bool IsWithin(DateTimeOffset now, DateOnly day, TimeSpan ahead)
    {
        TimeSpan since = now - ChinaTime.StartOf(day);
        return since > -Day && since - Day < ahead;
    }

    private static string Before(DateTimeOffset now) =>
        $"The clock says {Text(now)}, which is before this program was made. Nothing is written. {Mend}";

    private static string Behind(DateTimeOffset now, DateTimeOffset last) =>
        $"The clock says {Text(now)}, but an entry here is of {Text(last)}, which is {Length(last - now)} later. "
        + $"Nothing is written, or it would be dated after that entry. {Mend} {WayOut}";

    private static string Ahead(DateTimeOffset now, DateTimeOffset known) =>
        $"The clock says {Text(now)}, {Length(now - known)} after the last time known here, {Text(known)}. "
        + $"Nothing is written, or every later entry would be dated after that. {Mend} {WayOut}";

    private static string Text(DateTimeOffset time) =>
        time.ToOffset(ChinaTime.Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Length(TimeSpan time) =>
        time >= 2 * Day ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:F0} days")
        : time.TotalHours >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:F0} hours")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:F0} minutes");
}
