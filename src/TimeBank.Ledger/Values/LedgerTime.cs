using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>The time of a journal entry: whole microseconds since 1970 in UTC, strictly increasing within a region.</summary>
public readonly record struct LedgerTime(long Microseconds) : IComparable<LedgerTime>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static LedgerTime From(DateTimeOffset instant) =>
        new((instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    public static LedgerTime Parse(string text) =>
        From(DateTimeOffset.ParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.UnixEpoch.AddTicks(Microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>The earliest time that is not before <paramref name="now"/> and after this one.</summary>
    public LedgerTime Next(LedgerTime now) => new(Math.Max(now.Microseconds, Microseconds + 1));

    public static bool operator <(LedgerTime left, LedgerTime right) => left.Microseconds < right.Microseconds;

    public static bool operator >(LedgerTime left, LedgerTime right) => left.Microseconds > right.Microseconds;

    public static bool operator <=(LedgerTime left, LedgerTime right) => left.Microseconds <= right.Microseconds;

    public static bool operator >=(LedgerTime left, LedgerTime right) => left.Microseconds >= right.Microseconds;

    public int CompareTo(LedgerTime other) => Microseconds.CompareTo(other.Microseconds);

    public override string ToString()
    {
        // The round-trip format, which needs no parsing of its own, has one digit more: always a zero.
        Span<char> text = stackalloc char[28];
        ToDateTimeOffset().UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[^2] = 'Z';
        return text[..^1].ToString();
    }
}

/// <summary>Civil time of every region: UTC+8 without daylight saving, as in force since 1991 (IANA Asia/Shanghai).</summary>
public static class ChinaTime
{
    public static TimeSpan Offset { get; } = TimeSpan.FromHours(8);

    /// <summary>The civil date at an instant.</summary>
    public static DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(Offset).DateTime);

    /// <summary>The instant at which a civil date begins.</summary>
    public static DateTimeOffset StartOf(DateOnly date) => new(date.ToDateTime(TimeOnly.MinValue), Offset);

    /// <summary>An instant to the minute, as texts for people have it.</summary>
    public static string Minute(DateTimeOffset instant) =>
        instant.ToOffset(Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}

/// <summary>
/// Periods of months and years, as the Civil Code of the People's Republic of China counts them. The day on which a period begins does not
/// count (article 201). The period ends with the day of its last month that has the number of that day; where the month has none, it ends
/// with the month's last day (article 202).
/// </summary>
/// <remarks>
/// Article 203 moves a last day that is a holiday to the day after the holiday. It is not applied: TimeBank has no calendar of official
/// days, which are announced year by year, and a guessed holiday would give a day that no office gives. An age needs no such calendar,
/// since nothing has to be done on a birthday.
/// </remarks>
public static class CivilPeriod
{
    /// <summary>The last day of so many months from a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The last day lies beyond the year 9999.</exception>
    public static DateOnly LastDay(DateOnly from, int months) => from.AddMonths(months);
}

/// <summary>Ages in full years.</summary>
public static class Age
{
    private const int MonthsInYear = 12;

    /// <summary>
    /// Full years on a day. A year of age is reached with the last day of the <see cref="CivilPeriod"/> from birth, which is the birthday:
    /// who was born on 29 February reaches it on 28 February in a year without that day.
    /// </summary>
    public static int On(DateOnly birthDate, DateOnly day)
    {
        int years = day.Year - birthDate.Year;
        return CivilPeriod.LastDay(birthDate, MonthsInYear * years) > day ? years - 1 : years;
    }
}
