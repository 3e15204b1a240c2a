using System.Globalization;
using System.Text.RegularExpressions;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>
/// Amounts as people write them: fen as yuan, minutes as hours and minutes, services as a number. Integers throughout.
/// </summary>
internal static partial class AmountText
{
    private const int FenPerYuan = 100, MinutesPerHour = 60;

    public static string Of(Amount? amount, Language language) => amount is null ? "" : Of(amount.Value, amount.Unit, language);

    public static string Of(long value, string unit, Language language) => unit switch
    {
        "CNY" => language[$"{Yuan(value)}元", $"CNY {Yuan(value)}"],
        "MIN" => Hours(value, language),
        _ => language[$"{Grouped(value)}{UnitOf(value, unit, language)}", $"{Grouped(value)} {UnitOf(value, unit, language)}"],
    };

    /// <summary>A balance. One on the debit side says so, because it means a debt.</summary>
    public static string Of(Balance? balance, Language language) => balance is null ? ""
        : balance.Side == Side.Debit ? language[$"借 {Of(balance.Amount, language)}", $"{Of(balance.Amount, language)} Dr"]
        : Of(balance.Amount, language);

    /// <summary>Parses yuan with at most two decimals, such as 12.50, to fen.</summary>
    /// <exception cref="UsageException">The text is no such amount.</exception>
    public static Amount ParseYuan(string text)
    {
        string[] parts = text.Split('.');
        if (parts.Length <= 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long yuan)
            && yuan <= long.MaxValue / FenPerYuan - 1
            && (parts.Length == 1 || (parts[1].Length is 1 or 2 && parts[1].All(char.IsAsciiDigit))))
        {
            long fen = parts.Length == 1 ? 0 : long.Parse(parts[1].PadRight(2, '0'), CultureInfo.InvariantCulture);
            return new Amount { Value = yuan * FenPerYuan + fen, Unit = "CNY" };
        }
        throw new UsageException($"“{text}”不是金额；请写成 12 或 12.50（元）。", $"{text} is no amount of money; write yuan such as 12 or 12.50.");
    }

    /// <summary>Parses minutes, or hours and minutes: 90, 90m, 2h, 1h30m.</summary>
    /// <exception cref="UsageException">The text is no such amount.</exception>
    public static Amount ParseMinutes(string text)
    {
        string rest = text.Trim().ToLowerInvariant();
        long hours = 0, minutes = 0;
        int mark = rest.IndexOf('h', StringComparison.Ordinal);
        bool valid = rest.Length > 0 && (mark < 0 || Number(rest[..mark], out hours));
        if (mark >= 0) rest = rest[(mark + 1)..];
        if (rest.EndsWith('m')) rest = rest[..^1];
        valid = valid && ((mark >= 0 && rest.Length == 0) || Number(rest, out minutes));
        // 1h99m is a typing mistake.
        valid = valid && (mark < 0 || minutes < MinutesPerHour);
        return valid
            ? new Amount { Value = hours * MinutesPerHour + minutes, Unit = "MIN" }
            : throw new UsageException($"“{text}”不是时长；请写成 90、90m、2h 或 1h30m。", $"{text} is no length of time; write 90, 90m, 2h or 1h30m.");
    }

    /// <summary>Parses a number of services with its unit: 20MEAL.</summary>
    /// <exception cref="UsageException">The text is no such amount.</exception>
    public static Amount ParseUnits(string text)
    {
        int digits = text.TakeWhile(char.IsAsciiDigit).Count();
        return Number(text[..digits], out long number) && digits < text.Length
            ? new Amount { Value = number, Unit = text[digits..].Trim().ToUpperInvariant() }
            : throw new UsageException($"“{text}”不是份数；请写成 20MEAL。", $"{text} is no number of services; write 20MEAL.");
    }

    private static string UnitOf(long value, string unit, Language language) =>
        Labels.Of(unit, language) is not { } word ? unit : value == 1 && word.EndsWith('s') ? word[..^1] : word;

    private static bool Number(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= int.MaxValue;

    /// <summary>An amount as a spreadsheet adds it up: yuan with two decimals, and whole numbers of everything else.</summary>
    public static string Plain(long value, string unit) => unit == "CNY"
        ? string.Create(CultureInfo.InvariantCulture,
            $"{(value < 0 ? "-" : "")}{Math.Abs(value / FenPerYuan)}.{Math.Abs(value % FenPerYuan):D2}")
        : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A plain amount as people read it: with thousands separators, whatever stands before it.</summary>
    public static string Grouped(string plain) => LongNumber().Replace(plain, number =>
        UInt128.TryParse(number.Value, CultureInfo.InvariantCulture, out UInt128 whole)
            ? whole.ToString("N0", CultureInfo.InvariantCulture) : number.Value);

    public static string Plain(Amount? amount) => amount is null ? "" : Plain(amount.Value, amount.Unit);

    private static string Yuan(long fen) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(fen is < 0 and > -FenPerYuan ? "-" : "")}{fen / FenPerYuan:N0}.{Math.Abs(fen % FenPerYuan):D2}");

    private static string Hours(long minutes, Language language) => (minutes / MinutesPerHour, minutes % MinutesPerHour) switch
    {
        (0, var m) => language[$"{m}分钟", $"{m} min"],
        (var h, 0) => language[$"{Grouped(h)}小时", $"{Grouped(h)} h"],
        (var h, var m) => language[$"{Grouped(h)}小时{m}分钟", $"{Grouped(h)} h {m} min"],
    };

    /// <summary>A whole number of four digits and more: no fraction, and no part of an id or a day.</summary>
    [GeneratedRegex(@"(?<![\w.,])[0-9]{4,}(?![\w,])")]
    private static partial Regex LongNumber();

    private static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
