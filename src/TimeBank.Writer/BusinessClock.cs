using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Writer;

/// <summary>
/// The clock of the business: ledger time, days of use, deadlines. It has its own type, so that a demonstration can move it without moving
/// the clock that libraries use.
/// </summary>
/// <param name="guard">Doubts the clock where it is far from known times. Null: the clock is always believed.</param>
public sealed class BusinessClock(TimeProvider source, ClockGuard? guard = null)
{
    public DateTimeOffset Now => source.GetUtcNow();

    /// <summary>The civil date in China.</summary>
    public DateOnly Today => ChinaTime.DateOf(Now);

    /// <summary>
    /// Why no entry may be written with a time that the clock gave, and what an operator can do about it; null where one may.
    /// </summary>
    public string? Doubt(DateTimeOffset now) => guard?.Doubt(now);

    /// <summary>Why no entry may be written now; null where one may.</summary>
    public string? Doubt() => Doubt(Now);

    /// <summary>Tells the guard that a region's journal has an entry of this time.</summary>
    public void Saw(LedgerTime entry) => guard?.Saw(entry);
}

/// <summary>How far a clock may be from known times.</summary>
/// <param name="Ahead">How far ahead of the last entry after a time without a server. Null: any distance, for a demonstration's
/// clock.</param>
/// <param name="Behind">How far behind the last entry.</param>
/// <param name="Checked">The day on which an operator compared the clock with another one. For some days it outweighs the journal.</param>
public sealed record ClockBounds(TimeSpan? Ahead, TimeSpan Behind, DateOnly? Checked = null);

/// <summary>
/// Decides whether a server's clock may date entries. An entry with a wrong time can't be taken back, and every later entry gets a later
/// time. So the guard doubts a clock that is far from the last entry before it dates the first one. While the server runs, the guard
/// measures the time since it last believed the clock by a counter that nobody can set.
/// </summary>
/// <param name="source">The clock at the start; the guard compares it with the <see cref="ClockBounds.Checked"/> day.</param>
/// <param name="steady">The counter; null takes the machine's.</param>
public sealed class ClockGuard(ClockBounds bounds, TimeProvider source, TimeProvider? steady = null)
{
    private const string Mend = "Where the clock is wrong, set it right: the server then goes on by itself.";

    private const string WayOut = "Where it is right, start the server with TimeBank:ClockChecked as today's date, such as 2026-11-28.";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // A machine whose clock battery is empty starts years before this code was written.
    private static readonly DateTimeOffset Oldest = new(2026, 1, 1, 0, 0, 0, ChinaTime.Offset);

    private readonly TimeProvider _steady = steady ?? TimeProvider.System;
    private readonly Lock _turn = new();
    private readonly bool _isVouchedFor = bounds is { Checked: { } day, Ahead: { } ahead } && IsWithin(source.GetUtcNow(), day, ahead);
    private DateTimeOffset? _lastEntry, _believed;
    private long _believedAt;

    /// <summary>Takes note of an entry's time. The latest of all regions counts, since some regions may have no new entries.</summary>
    public void Saw(LedgerTime entry)
    {
        if (entry.Microseconds <= 0) return;
        lock (_turn)
        {
            DateTimeOffset time = entry.ToDateTimeOffset();
            if (_lastEntry is null || time > _lastEntry) _lastEntry = time;
        }
    }

    /// <summary>
    /// Why the guard doubts a clock that says <paramref name="now"/>, and what an operator can do about it; null where it believes it.
    /// </summary>
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

    /// <summary>The earliest time that it can be now, by all that this process knows; null where it knows nothing.</summary>
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
