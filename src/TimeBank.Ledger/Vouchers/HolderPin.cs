using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// Which PINs an elder may choose. Whoever finds a card tries these first: one digit six times, a row up or down (also over the end, as
/// 890123), and the day of birth, which many know and an identity number holds.
/// </summary>
public static class HolderPin
{
    public const int Digits = 6;

    private static readonly string[] Birthdays = ["yyMMdd", "ddMMyy", "MMddyy", "yyyyMM", "MMyyyy"];

    public static bool IsPin(string text) => text.Length == Digits && text.All(char.IsAsciiDigit);

    /// <param name="pin">One by its shape.</param>
    public static bool IsWeak(string pin, DateOnly birthDate)
    {
        int[] steps = [.. pin.Zip(pin.Skip(1), (one, next) => (next - one + 10) % 10).Distinct()];
        return steps is [0 or 1 or 9] || Birthdays.Any(form => birthDate.ToString(form, CultureInfo.InvariantCulture) == pin);
    }
}
