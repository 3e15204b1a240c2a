using System.Globalization;

namespace Grpc.Wire;

/// <summary>The value of "grpc-timeout": at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    private const long MostDigits = 99_999_999;

    /// <summary>Null where the text is no timeout: such a header is ignored.</summary>
    public static TimeSpan? Parse(string? text)
    {
        if (text is null || text.Length is < 2 or > 9) return null;
        if (!long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long value)) return null;
        return text[^1] switch
        {
            'H' => TimeSpan.FromTicks(value * TimeSpan.TicksPerHour),
            'M' => TimeSpan.FromTicks(value * TimeSpan.TicksPerMinute),
            'S' => TimeSpan.FromTicks(value * TimeSpan.TicksPerSecond),
            'm' => TimeSpan.FromTicks(value * TimeSpan.TicksPerMillisecond),
            'u' => TimeSpan.FromTicks(value * TimeSpan.TicksPerMicrosecond),
            'n' => TimeSpan.FromTicks(value / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
    }

    /// <summary>In the smallest unit that fits, rounded down, never zero.</summary>
    public static string Format(TimeSpan timeout)
    {
        long microseconds = Math.Max(1, timeout.Ticks / TimeSpan.TicksPerMicrosecond);
        if (microseconds <= MostDigits) return microseconds.ToString(CultureInfo.InvariantCulture) + "u";
        long milliseconds = timeout.Ticks / TimeSpan.TicksPerMillisecond;
        if (milliseconds <= MostDigits) return milliseconds.ToString(CultureInfo.InvariantCulture) + "m";
        long seconds = Math.Min(MostDigits, timeout.Ticks / TimeSpan.TicksPerSecond);
        return seconds.ToString(CultureInfo.InvariantCulture) + "S";
    }
}
