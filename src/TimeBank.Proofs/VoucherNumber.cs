using System.Globalization;

namespace TimeBank.Proofs;

/// <summary>
/// A voucher's id as people read, say and type it: its twelve letters and digits and a check character, in groups of four:
/// <c>0123-4567-89AB-C</c>. The letters are those of Crockford's base 32: no I, L, O and U.
/// </summary>
/// <remarks>
/// The check finds every single wrong letter and every swap of two letters, wherever they stand. It is a sum in the field of 32 elements
/// (x^5 + x^2 + 1), in which each place has another weight. ISO 7064 MOD 37,36 would use I, L, O and U as check characters, which people
/// confuse with others.
/// </remarks>
public static class VoucherNumber
{
    public const int IdLength = 12;

    internal const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private const int BitsPerLetter = 5, Top = 1 << BitsPerLetter, Polynomial = 0b100101, Group = 4;
    private const char FirstWide = '！', LastWide = '～';

    /// <param name="id">The twelve letters and digits.</param>
    /// <exception cref="ArgumentException">The text is not a voucher's id.</exception>
    public static string Write(string id)
    {
        if (!IsId(id)) throw new ArgumentException("A voucher's id has twelve letters and digits of Crockford's base 32.", nameof(id));
        return string.Join('-', $"{id}{Alphabet[Sum(id)]}".Chunk(Group).Select(letters => new string(letters)));
    }

    /// <summary>
    /// Reads what somebody typed. Spaces, dashes and letter case don't matter, nor does the width of an input method's letters; I and L are
    /// read as 1, and O as 0.
    /// </summary>
    /// <param name="id">The voucher's id; empty unless the number is sound.</param>
    public static VoucherNumberStatus Read(string text, out string id)
    {
        id = "";
        string letters = new([.. text.Where(letter => !IsSeparator(letter)).Take(IdLength + 2).Select(Plain)]);
        if (letters.Any(letter => !Alphabet.Contains(letter))) return VoucherNumberStatus.WrongLetter;
        if (letters.Length != IdLength + 1) return VoucherNumberStatus.WrongLength;
        if (Alphabet[Sum(letters[..IdLength])] != letters[IdLength]) return VoucherNumberStatus.CheckFails;
        id = letters[..IdLength];
        return VoucherNumberStatus.Sound;
    }

    internal static bool IsId(string text) => text.Length == IdLength && text.All(letter => Alphabet.Contains(letter));

    /// <summary>The id's 60 bits, the first letter highest.</summary>
    internal static long Value(string id) => id.Aggregate(0L, (value, letter) => (value << BitsPerLetter) | (long)Alphabet.IndexOf(letter));

    internal static string FromValue(long value) => string.Create(IdLength, value, static (letters, rest) =>
    {
        for (int at = letters.Length - 1; at >= 0; at--, rest >>= BitsPerLetter) letters[at] = Alphabet[(int)(rest & (Top - 1))];
    });

    private static int Sum(string letters) => letters.Aggregate(0, (sum, letter) => Twice(sum ^ Alphabet.IndexOf(letter)));

    private static int Twice(int element) => (element << 1) < Top ? element << 1 : (element << 1) ^ Polynomial;

    private static bool IsSeparator(char letter) =>
        char.IsWhiteSpace(letter) || char.GetUnicodeCategory(letter) == UnicodeCategory.DashPunctuation;

    private static char Plain(char letter) =>
        char.ToUpperInvariant(letter is >= FirstWide and <= LastWide ? (char)(letter - FirstWide + '!') : letter) switch
        {
            'I' or 'L' => '1',
            'O' => '0',
            var plain => plain,
        };
}

/// <summary>The result of reading a voucher's number.</summary>
public enum VoucherNumberStatus
{
    Sound,

    /// <summary>A letter that no number has, such as U.</summary>
    WrongLetter,

    /// <summary>Not twelve letters and the check character.</summary>
    WrongLength,

    /// <summary>The check character says that a letter is wrong, or that two are swapped.</summary>
    CheckFails,
}
