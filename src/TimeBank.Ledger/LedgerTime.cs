using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>The time of a journal entry: whole microseconds since 1970 in UTC, strictly increasing within a region.</summary>
public readonly record struct LedgerTime(long Microseconds) : IComparable<LedgerTime>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static LedgerTime From(DateTimeOffset instant) => new((instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

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
