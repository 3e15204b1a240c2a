using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>The time of a journal entry: whole microseconds since 1970 in UTC. Strictly increasing within a region.</summary>
public readonly record struct LedgerTime(long Microseconds) : IComparable<LedgerTime>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static LedgerTime From(DateTimeOffset instant) =>
        new((instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    public static LedgerTime Parse(string text) =>
        From(DateTimeOffset.ParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.UnixEpoch.AddTicks(Microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>
    /// The time of the next entry: <paramref name="now"/>, or one microsecond after this one where the clock is not later.
    /// </summary>
    public LedgerTime Next(LedgerTime now) => new(Math.Max(now.Microseconds, Microseconds + 1));

    public static bool operator <(LedgerTime left, LedgerTime right) => left.Microseconds < right.Microseconds;

    public static bool operator >(LedgerTime left, LedgerTime right) => left.Microseconds > right.Microseconds;

    public static bool operator <=(LedgerTime left, LedgerTime right) => left.Microseconds <= right.Microseconds;

    public static bool operator >=(LedgerTime left, LedgerTime right) => left.Microseconds >= right.Microseconds;

    public int CompareTo(LedgerTime other) => Microseconds.CompareTo(other.Microseconds);

    public override string ToString()
    {
        // The round-trip format is fast because it needs no format string, but it writes a seventh digit, here always zero: cut it off.
        Span<char> text = stackalloc char[28];
        ToDateTimeOffset().UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[^2] = 'Z';
        return text[..^1].ToString();
    }
}

/// <summary>The civil time of every region: UTC+8 without daylight saving, in force since 1991 (IANA Asia/Shanghai).</summary>
public static class ChinaTime
{
    public static TimeSpan Offset { get; } = TimeSpan.FromHours(8);

    /// <summary>The civil date at an instant.</summary>
    public static DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(Offset).DateTime);

    /// <summary>The instant at which a civil date begins.</summary>
    public static DateTimeOffset StartOf(DateOnly date) => new(date.ToDateTime(TimeOnly.MinValue), Offset);

    /// <summary>An instant as people read it, to the minute.</summary>
    public static string Minute(DateTimeOffset instant) =>
        instant.ToOffset(Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}

/// <summary>
/// Periods of months and years as the Civil Code of the People's Republic of China counts them. The first day does not count (article 201).
/// The period ends in its last month on the day with the first day's number; if that month has no such day, on its last day (article 202).
/// </summary>
/// <remarks>
/// Article 203 moves a last day that is a holiday to the day after it. TimeBank does not apply this to terms of months: they reach into
/// years whose holidays are not announced yet (<see cref="WorkingCalendar"/>), and a guessed holiday would give a wrong day. Ages need no
/// such calendar: nothing is due on a birthday.
/// </remarks>
public static class CivilPeriod
{
    /// <summary>The last day of a period of months that begins on a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The last day lies beyond the year 9999.</exception>
    public static DateOnly LastDay(DateOnly from, int months) => from.AddMonths(months);
}

/// <summary>Ages in full years.</summary>
public static class Age
{
    private const int MonthsInYear = 12;

    /// <summary>
    /// The age in full years on a day. A person reaches an age on the last day of the <see cref="CivilPeriod"/> from birth, which is the
    /// birthday. A person born on 29 February reaches it on 28 February in other years.
    /// </summary>
    public static int On(DateOnly birthDate, DateOnly day)
    {
        int years = day.Year - birthDate.Year;
        return CivilPeriod.LastDay(birthDate, MonthsInYear * years) > day ? years - 1 : years;
    }
}
