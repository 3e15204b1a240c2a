using System.Globalization;

namespace TimeBank.Server;

/// <summary>Amounts as people read them: fen as yuan, minutes as hours and minutes, services as their number.</summary>
public static class AmountText
{
    private static readonly string[] AmountKeys = ["available", "needed", "held", "limit"];

    /// <summary>The values of a refusal with its amounts made readable, by the unit that stands beside them.</summary>
    public static Dictionary<string, string> Readable(IReadOnlyDictionary<string, string> values, string locale)
    {
        var readable = new Dictionary<string, string>(values);
        if (!values.TryGetValue("unit", out string? unit)) return readable;
        foreach (string key in AmountKeys)
        {
            if (values.TryGetValue(key, out string? text) && long.TryParse(text, CultureInfo.InvariantCulture, out long amount)) readable[key] = Of(amount, unit, locale);
        }
        return readable;
    }

    public static string Of(long amount, string unit, string locale) => (unit, locale) switch
    {
        ("CNY", "zh-CN") => $"{Yuan(amount)}元",
        ("CNY", _) => $"CNY {Yuan(amount)}",
        ("MIN", "zh-CN") => amount % 60 == 0 ? $"{amount / 60}小时" : $"{amount / 60}小时{amount % 60}分钟",
        ("MIN", _) => amount % 60 == 0 ? $"{amount / 60} h" : $"{amount / 60} h {amount % 60} min",
        _ => $"{amount} {unit}",
    };

    private static string Yuan(long fen) => string.Create(CultureInfo.InvariantCulture, $"{fen / 100}.{Math.Abs(fen % 100):D2}");
}
