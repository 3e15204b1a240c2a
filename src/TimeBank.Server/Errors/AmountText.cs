using System.Globalization;

namespace TimeBank.Server;

/// <summary>Amounts as people read them: fen as yuan, minutes as hours and minutes, services as their number.</summary>
public static class AmountText
{
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
