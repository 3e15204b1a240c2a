using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using TimeBank.V1;

namespace TimeBank.Pages.Shell;

/// <summary>Amounts, days and moments as people write them in each language. Integers throughout; all times are China's (UTC+8).</summary>
public static class Written
{
    private const int FenPerYuan = 100, MinutesPerHour = 60;

    public static TimeSpan China { get; } = TimeSpan.FromHours(8);

    public static string Amount(Amount? amount, Language language) => amount is null ? "" : Amount(amount.Value, amount.Unit, language);

    /// <summary>12.50元, 2小时30分钟, 3份餐; CNY 12.50, 2 h 30 min, 3 meals.</summary>
    public static string Amount(long value, string unit, Language language) => unit switch
    {
        "CNY" => language[$"{Yuan(value)}元", $"CNY {Yuan(value)}"],
        "MIN" => Duration(value, language),
        _ => language[$"{Grouped(value)}{Labels.Of(unit, language)}", $"{Grouped(value)} {Singular(value, Labels.Of(unit, language))}"],
    };

    /// <summary>A balance. One on the debit side says so, because it means a debt.</summary>
    public static string Balance(Balance? balance, Language language) =>
        balance is null ? ""
        : balance.Side == Side.Debit ? language[$"借 {Amount(balance.Amount, language)}", $"{Amount(balance.Amount, language)} Dr"]
        : Amount(balance.Amount, language);

    /// <summary>2026年10月5日; 5 October 2026.</summary>
    public static string Day(Date? date, Language language) => date is null || date.Day == 0 ? "" : Day(ToDay(date), language);

    /// <summary>The last day of use; in words where there is none.</summary>
    public static string LastDay(Date? day, Language language) => day is null ? language["长期有效", "no expiry"] : Day(day, language);

    public static string Day(DateOnly day, Language language) =>
        language[$"{day.Year}年{day.Month}月{day.Day}日", string.Create(CultureInfo.InvariantCulture, $"{day:d MMMM yyyy}")];

    /// <summary>2026年10月; October 2026.</summary>
    public static string Month(DateOnly day, Language language) =>
        language[$"{day.Year}年{day.Month}月", string.Create(CultureInfo.InvariantCulture, $"{day:MMMM yyyy}")];

    /// <summary>2026年10月5日 星期一 09:30; Monday 5 October 2026, 09:30.</summary>
    public static string Moment(Timestamp? time, Language language)
    {
        if (time is null) return "";
        DateTimeOffset local = time.ToDateTimeOffset().ToOffset(China);
        var day = DateOnly.FromDateTime(local.DateTime);
        string clock = Clock(time);
        return language[$"{Day(day, language)} 星期{"日一二三四五六"[(int)day.DayOfWeek]} {clock}",
            $"{day.DayOfWeek} {Day(day, language)}, {clock}"];
    }

    /// <summary>Short, for tables: 10月5日 09:30; 5 Oct 09:30.</summary>
    public static string ShortMoment(Timestamp? time, Language language)
    {
        if (time is null) return "";
        DateTimeOffset local = time.ToDateTimeOffset().ToOffset(China);
        return language[string.Create(CultureInfo.InvariantCulture, $"{local.Month}月{local.Day}日 {local:HH:mm}"),
            string.Create(CultureInfo.InvariantCulture, $"{local:d MMM HH:mm}")];
    }

    /// <summary>The time of day alone: 09:30.</summary>
    public static string Clock(Timestamp time) => time.ToDateTimeOffset().ToOffset(China).ToString("HH:mm", CultureInfo.InvariantCulture);

    public static DateOnly ToDay(Date date) => new(date.Year, date.Month, date.Day);

    public static DateOnly ToDay(Timestamp time) => DateOnly.FromDateTime(time.ToDateTimeOffset().ToOffset(China).DateTime);

    public static Date ToContract(DateOnly day) => new() { Year = day.Year, Month = day.Month, Day = day.Day };

    public static Period MonthOf(DateOnly day)
    {
        var first = new DateOnly(day.Year, day.Month, 1);
        return new Period { FirstDay = ToContract(first), LastDay = ToContract(first.AddMonths(1).AddDays(-1)) };
    }

    /// <summary>12.50 as a field of a form shows it.</summary>
    public static string Yuan(long fen) =>
        string.Create(
            CultureInfo.InvariantCulture, $"{(fen < 0 ? "-" : "")}{Math.Abs(fen / FenPerYuan):N0}.{Math.Abs(fen % FenPerYuan):D2}");

    /// <summary>Fen of a text in yuan with at most two decimals; null if it is none.</summary>
    public static long? ParseYuan(string? text)
    {
        string[] parts = ToHalfWidth(text ?? "").Trim().TrimEnd('元').TrimStart('¥').Trim().Split('.');
        // A comma groups three digits. Elsewhere it may stand for the point, and 15,50 must not become 1,550.
        string[] groups = parts[0].Split(',');
        if (groups.Skip(1).Any(group => group.Length != 3)) return null;
        parts[0] = string.Concat(groups);
        if (parts.Length > 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long yuan)
            || yuan > long.MaxValue / FenPerYuan - 1) return null;
        if (parts.Length == 1) return yuan * FenPerYuan;
        return parts[1].Length is 1 or 2 && parts[1].All(char.IsAsciiDigit)
            ? yuan * FenPerYuan + long.Parse(parts[1].PadRight(2, '0'), CultureInfo.InvariantCulture) : null;
    }

    /// <summary>A whole number of a form's field; null if the text is none.</summary>
    public static long? ParseCount(string? text) =>
        long.TryParse(ToHalfWidth(text ?? "").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>A Chinese keyboard writes digits, the point and the comma in full width: １２．５０.</summary>
    public static string ToHalfWidth(string text) => string.Concat(text.Select(letter => letter switch
    {
        >= '！' and <= '～' => (char)(letter - '！' + '!'),
        '。' => '.',
        '￥' => '¥',
        _ => letter,
    }));

    /// <summary>The part of a resource name after its last slash.</summary>
    public static string Id(string name) => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>English counts one thing otherwise than many: 1 payment, 2 payments.</summary>
    public static string Many(long count, string one, string many) => $"{Grouped(count)} {(count == 1 ? one : many)}";

    public static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Singular(long value, string word) => value == 1 && word.EndsWith('s') ? word[..^1] : word;

    private static string Duration(long minutes, Language language) => (minutes / MinutesPerHour, minutes % MinutesPerHour) switch
    {
        (0, var m) => language[$"{m}分钟", $"{m} min"],
        (var h, 0) => language[$"{Grouped(h)}小时", $"{Grouped(h)} h"],
        (var h, var m) => language[$"{Grouped(h)}小时{m}分钟", $"{Grouped(h)} h {m} min"],
    };
}

/// <summary>Amounts in words, for readers who check a figure by hearing it: 十二元五角, twelve yuan fifty.</summary>
public static class Spoken
{
    private const string Digits = "零一二三四五六七八九";
    private static readonly string[] Small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];
    private static readonly string[] Tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    public static string Amount(long value, string unit, Language language) => unit switch
    {
        "CNY" => Money(value / 100, value % 100, language),
        "MIN" => Time(value / 60, value % 60, language),
        _ => language[$"{Counted(value)}{Labels.Of(unit, language)}", $"{Number(value, language)} {Labels.Of(unit, language)}"],
    };

    public static string Number(long value, Language language) => language == Language.Chinese ? Chinese(value) : English(value);

    private static string Money(long yuan, long fen, Language language)
    {
        if (language == Language.English) return fen == 0 ? $"{English(yuan)} yuan" : $"{English(yuan)} yuan and {English(fen)} fen";
        string rest = (fen / 10, fen % 10) switch
        {
            (0, 0) => "整",
            (var jiao, 0) => $"{Digits[(int)jiao]}角",
            (0, var one) => $"零{Digits[(int)one]}分",
            (var jiao, var one) => $"{Digits[(int)jiao]}角{Digits[(int)one]}分",
        };
        return $"{Counted(yuan)}元{rest}";
    }

    private static string Time(long hours, long minutes, Language language) => (hours, minutes) switch
    {
        (0, var m) => language[$"{Counted(m)}分钟", $"{English(m)} minutes"],
        (var h, 0) => language[$"{Counted(h)}小时", $"{English(h)} {(h == 1 ? "hour" : "hours")}"],
        (var h, var m) => language[$"{Counted(h)}小时{Counted(m)}分钟", $"{English(h)} {(h == 1 ? "hour" : "hours")} and {English(m)} minutes"],
    };

    // Two of something is 两.
    private static string Counted(long value) => value == 2 ? "两" : Chinese(value);

    private static string Chinese(long value)
    {
        if (value == 0) return "零";
        (long Size, string Word)[] steps = [(100_000_000, "亿"), (10_000, "万"), (1_000, "千"), (100, "百"), (10, "十")];
        foreach ((long size, string word) in steps)
        {
            if (value < size) continue;
            long rest = value % size;
            // 105 is 一百零五, 115 is 一百一十五: a gap in the places is said as 零.
            string gap = rest > 0 && rest < size / 10 ? "零" : "";
            string head = Chinese(value / size);
            return (head == "一" && size == 10 ? "" : head) + word + gap + (rest == 0 ? "" : Inner(rest));
        }
        return $"{Digits[(int)value]}";
    }

    // Inside a number ten is 一十.
    private static string Inner(long value) => value is >= 10 and < 20 ? $"一{Chinese(value)}" : Chinese(value);

    private static string English(long value) => value switch
    {
        < 20 => Small[value],
        < 100 => value % 10 == 0 ? Tens[value / 10] : $"{Tens[value / 10]}-{Small[value % 10]}",
        < 1_000 => $"{Small[value / 100]} hundred{(value % 100 == 0 ? "" : $" and {English(value % 100)}")}",
        < 1_000_000 => $"{English(value / 1_000)} thousand{Rest(value % 1_000)}",
        < 1_000_000_000 => $"{English(value / 1_000_000)} million{Rest(value % 1_000_000)}",
        _ => $"{English(value / 1_000_000_000)} billion{Rest(value % 1_000_000_000)}",
    };

    private static string Rest(long rest) => rest == 0 ? "" : rest < 100 ? $" and {English(rest)}" : $" {English(rest)}";
}
