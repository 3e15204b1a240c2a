namespace TimeBank.Ledger;

/// <summary>
/// The number of a card that elders have already, such as a social security card's: 16 to 19 digits, the last one by ISO/IEC 7812 (Luhn),
/// which finds one wrong digit and most swapped ones.
/// </summary>
public static class HolderCard
{
    public const int MinDigits = 16, MaxDigits = 19;

    /// <summary>The number without the spaces and hyphens that people write into it.</summary>
    public static string Plain(string text) => text.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);

    public static bool IsNumber(string digits)
    {
        if (digits.Length is < MinDigits or > MaxDigits || !digits.All(char.IsAsciiDigit)) return false;
        int sum = 0;
        for (int at = 0; at < digits.Length; at++)
        {
            int digit = digits[^(at + 1)] - '0', counted = at % 2 == 0 ? digit : digit * 2;
            sum += counted > 9 ? counted - 9 : counted;
        }
        return sum % 10 == 0;
    }
}
