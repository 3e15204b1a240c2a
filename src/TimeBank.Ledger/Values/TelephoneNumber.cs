namespace TimeBank.Ledger;

/// <summary>
/// The number of a telephone: 7 digits, the shortest of a landline without its area, to 15, the longest of ITU-T E.164. Whether anybody
/// answers it is found by calling.
/// </summary>
public static class TelephoneNumber
{
    public const int MinDigits = 7, MaxDigits = 15;

    private const string Separators = " -()";

    /// <summary>Reads a number as people write it; what is read has digits, and a plus in front where one was written.</summary>
    public static bool TryParse(string written, out string number)
    {
        number = "";
        if (written.Length > 2 * MaxDigits) return false;
        string text = string.Concat(written.Where(letter => !Separators.Contains(letter)));
        string digits = text.StartsWith('+') ? text[1..] : text;
        if (digits.Length is < MinDigits or > MaxDigits || !digits.All(char.IsAsciiDigit)) return false;
        number = text;
        return true;
    }
}
