using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Days and moments as people in the regions write them: all in China's time (UTC+8).</summary>
internal static class TimeText
{
    public static TimeSpan ChinaOffset { get; } = TimeSpan.FromHours(8);

    public static string Of(Timestamp? time) =>
        time?.ToDateTimeOffset().ToOffset(ChinaOffset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    public static string Of(Date? date) => date is null
        ? "" : string.Create(CultureInfo.InvariantCulture, $"{date.Year:D4}-{date.Month:D2}-{date.Day:D2}");

    /// <summary>The last day of use; in words where there is none.</summary>
    public static string LastDay(Date? date, Language language) => date is null ? language["长期有效", "no expiry"] : Of(date);

    public static string Of(Period? period) => period is null ? "" : $"{Of(period.FirstDay)} … {Of(period.LastDay)}";

    /// <exception cref="UsageException">The text is no day.</exception>
    public static Date ParseDay(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
        ? ToContract(day)
        : throw new UsageException($"“{text}”不是日期；请写成 2026-10-01。", $"{text} is no day; write 2026-10-01.");

    /// <summary>Parses a month: year and month, day 0.</summary>
    /// <exception cref="UsageException">The text is no month.</exception>
    public static Date ParseMonth(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
        ? new Date { Year = day.Year, Month = day.Month }
        : throw new UsageException($"“{text}”不是月份；请写成 2026-10。", $"{text} is no month; write 2026-10.");

    /// <summary>Parses a moment; without an offset it is in China's time.</summary>
    /// <exception cref="UsageException">The text is no moment.</exception>
    public static Timestamp ParseTime(string text)
    {
        string[] local = ["yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss"];
        if (DateTime.TryParseExact(text, local, CultureInfo.InvariantCulture, DateTimeStyles.None,
            out DateTime time)) return Timestamp.FromDateTimeOffset(new DateTimeOffset(time, ChinaOffset));
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment)
            ? Timestamp.FromDateTimeOffset(moment)
            : throw new UsageException($"“{text}”不是时间；请写成 \"2026-10-01 09:00\"。", $"{text} is no time; write \"2026-10-01 09:00\".");
    }

    public static Date ToContract(DateOnly day) => new() { Year = day.Year, Month = day.Month, Day = day.Day };

    /// <summary>The days of a month.</summary>
    public static Period DaysOf(Date month) => new()
    {
        FirstDay = new Date { Year = month.Year, Month = month.Month, Day = 1 },
        LastDay = new Date { Year = month.Year, Month = month.Month, Day = DateTime.DaysInMonth(month.Year, month.Month) },
    };
}
