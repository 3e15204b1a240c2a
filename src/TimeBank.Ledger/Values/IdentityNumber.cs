using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>Which card bears a number of identity.</summary>
public enum IdentityNumberKind
{
    /// <summary>居民身份证, also of the first generation.</summary>
    Resident = 1,

    /// <summary>港澳台居民居住证 of a resident of Hong Kong.</summary>
    HongKongResident = 2,

    /// <summary>The same, of Macao.</summary>
    MacaoResident = 3,

    /// <summary>The same, of Taiwan.</summary>
    TaiwanResident = 4,

    /// <summary>外国人永久居留身份证 in the form of December 2023.</summary>
    PermanentForeigner = 5,

    /// <summary>The same, in the form before it.</summary>
    PermanentForeignerBefore2023 = 6,
}

/// <summary>What is wrong with a number of identity.</summary>
public enum IdentityNumberFault
{
    /// <summary>It has the form of none of them.</summary>
    NotOfAnyForm = 1,

    /// <summary>No province has these digits.</summary>
    ProvinceUnknown = 2,

    /// <summary>The day of birth in it doesn't exist.</summary>
    BirthDateImpossible = 3,

    /// <summary>The last character doesn't fit the others: a digit was misread or two were swapped.</summary>
    CheckCharacterWrong = 4,
}

/// <summary>
/// A person's number of identity, checked by its own form. Equal numbers are one person's: a number of the first generation is read as the
/// 18 characters that took its place.
/// </summary>
/// <remarks>
/// Residents (GB 11643-1999): six digits of the region, eight of the birth, three of the order (odd: a man), and the check character of
/// ISO 7064 MOD 11-2; before it (GB 11643-1989) fifteen digits, without the century, which was the 20th, and without a check character.
/// Residence permits of people from Hong Kong, Macao and Taiwan have that form since September 2018 (General Office of the State Council,
/// 2018/81), under regions 810000, 820000 and 830000. Cards of foreigners with permanent residence: since December 2023 a 9, the province,
/// three digits of the nationality, then birth, order and check character as residents have them; before, three letters of the nationality,
/// four digits of the region, six of the birth, one of the order and the check digit of ICAO 9303 (weights 7, 3, 1) (National Immigration
/// Administration).
/// </remarks>
public readonly record struct IdentityNumber
{
    private const int ShownCharacters = 4, MaxWritten = 40;

    private const string Provinces =
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71";

    private IdentityNumber(string text, IdentityNumberKind kind) => (Text, Kind) = (text, kind);

    /// <summary>18 characters, or 15 on a foreigner's card before 2023; digits and capitals.</summary>
    public string Text { get; }

    public IdentityNumberKind Kind { get; }

    /// <summary>The last four characters behind stars, for screens and lists.</summary>
    public string Masked => Mask(Text);

    /// <summary>Whether it is a man's; null where the number doesn't say.</summary>
    public bool? IsMale => Kind == IdentityNumberKind.PermanentForeignerBefore2023 ? null : (Text[16] - '0') % 2 == 1;

    /// <summary>The day of birth; null where the number doesn't say the century.</summary>
    public DateOnly? BirthDate => Kind == IdentityNumberKind.PermanentForeignerBefore2023 ? null : Day(Text[6..14]);

    /// <summary>Whether somebody who was born on a day may have it.</summary>
    public bool FitsBirth(DateOnly day) => Kind == IdentityNumberKind.PermanentForeignerBefore2023
        ? Text[7..13] == day.ToString("yyMMdd", CultureInfo.InvariantCulture) : BirthDate == day;

    public static string Mask(string text) => $"****{text[Math.Max(0, text.Length - ShownCharacters)..]}";

    /// <summary>Reads a number as people write it: blanks between its digits, a small x.</summary>
    /// <returns>What is wrong; null where it is a number.</returns>
    public static IdentityNumberFault? Check(string written, out IdentityNumber number)
    {
        number = default;
        if (written.Length > MaxWritten) return IdentityNumberFault.NotOfAnyForm;
        string text = written.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        // The first generation, which only residents had: what was left out is put in, and nothing can be wrong with the check character.
        if (text.Length == 15 && text.All(char.IsAsciiDigit) && text[0] is not ('8' or '9')) text = WithCheck($"{text[..6]}19{text[6..]}");
        bool isEighteen = text.Length == 18 && text[..17].All(char.IsAsciiDigit) && (char.IsAsciiDigit(text[17]) || text[17] == 'X');
        bool isBefore2023 = text.Length == 15 && text[..3].All(char.IsAsciiLetterUpper) && text[3..].All(char.IsAsciiDigit);
        if (!isEighteen && !isBefore2023) return IdentityNumberFault.NotOfAnyForm;
        IdentityNumberKind? kind = isBefore2023 ? Province(text[3..5], IdentityNumberKind.PermanentForeignerBefore2023)
            : text[0] == '9' ? Province(text[1..3], IdentityNumberKind.PermanentForeigner)
            : text[..6] switch
            {
                "810000" => IdentityNumberKind.HongKongResident,
                "820000" => IdentityNumberKind.MacaoResident,
                "830000" => IdentityNumberKind.TaiwanResident,
                _ => Province(text[..2], IdentityNumberKind.Resident),
            };
        if (kind is null) return IdentityNumberFault.ProvinceUnknown;
        // Without the century 29 February may have been: 2000 had one.
        if (Day(isBefore2023 ? $"20{text[7..13]}" : text[6..14]) is null && (!isBefore2023 || Day($"19{text[7..13]}") is null))
            return IdentityNumberFault.BirthDateImpossible;
        if (isBefore2023 ? PassportDigit(text[..14]) != text[14] : WithCheck(text[..17]) != text)
            return IdentityNumberFault.CheckCharacterWrong;
        number = new IdentityNumber(text, kind.Value);
        return null;
    }

    /// <summary>Masked, so that no log and no message has the whole number by chance.</summary>
    public override string ToString() => Text is null ? "" : Masked;

    /// <summary>
    /// The kind, if a province has these digits. The four digits after them are not looked up: a number keeps for life the region in which
    /// it was given, and counties of that time are merged, renamed and gone from GB/T 2260, whose digits of provinces stayed.
    /// </summary>
    private static IdentityNumberKind? Province(string digits, IdentityNumberKind kind) =>
        Provinces.Split(' ').Contains(digits) ? kind : null;

    private static DateOnly? Day(string digits) =>
        DateOnly.TryParseExact(digits, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;

    /// <summary>Seventeen digits with the check character of ISO 7064 MOD 11-2 behind them.</summary>
    private static string WithCheck(string digits)
    {
        int sum = digits.Aggregate(0, (sum, digit) => (sum + digit - '0') * 2 % 11);
        return digits + "0123456789X"[(12 - sum) % 11];
    }

    /// <summary>The check digit of ICAO 9303, as machine-readable passports have it: letters count from A = 10.</summary>
    private static char PassportDigit(string text)
    {
        int[] weights = [7, 3, 1];
        int sum = text.Select((letter, at) => weights[at % 3] * (char.IsAsciiDigit(letter) ? letter - '0' : letter - 'A' + 10)).Sum();
        return (char)('0' + (sum % 10));
    }
}
