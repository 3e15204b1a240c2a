using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace TimeBank.Ledger;

/// <summary>
/// Finds and replaces letters that look like others or are invisible. Two names that look the same must be the same text: otherwise a
/// search finds one person and not the other. We keep our own table: .NET's normalization does nothing without ICU, and ICU leaves some of
/// these letters alone.
/// </summary>
/// <remarks>
/// The Unicode standard gives a radical or compatibility ideograph one plain letter. It usually comes from a PDF or an old code page, and
/// the clerk can't see the difference, so we replace it. A private or broken letter has no plain one, and dropping it would make another
/// name, so we refuse it. Full-width forms and combining marks stay: a reader sees them.
/// </remarks>
public static partial class PlainLetters
{
    private static readonly FrozenDictionary<int, Rune> Plain = new[]
        { (0x2E80, Supplement), (0x2F00, Kangxi), (0x31C0, Strokes), (0xF900, Compatibility), (0x2F800, CompatibilitySupplement) }
        .SelectMany(block => block.Item2.EnumerateRunes().Select((plain, at) => (Letter: block.Item1 + at, plain)))
        .Where(pair => pair.plain.Value != None)
        .ToFrozenDictionary(pair => pair.Letter, pair => pair.plain);

    // These code points lie in the compatibility block but are ordinary ideographs.
    private static readonly FrozenSet<int> OwnIdeographs =
        FrozenSet.ToFrozenSet([0xFA0E, 0xFA0F, 0xFA11, 0xFA13, 0xFA14, 0xFA1F, 0xFA21, 0xFA23, 0xFA24, 0xFA27, 0xFA28, 0xFA29]);

    /// <summary>
    /// The text with each look-alike ideograph replaced by its plain one. The result for a text must never change: entries contain it.
    /// </summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text) || !text.EnumerateRunes().Any(letter => Plain.ContainsKey(letter.Value))) return text;
        var folded = new StringBuilder(text.Length);
        foreach (Rune letter in text.EnumerateRunes()) folded.Append(Plain.GetValueOrDefault(letter.Value, letter).ToString());
        return folded.ToString();
    }

    /// <summary>
    /// The first letter that is not allowed: a look-alike ideograph, a private, unassigned, broken or invisible letter. Null where all are
    /// allowed.
    /// </summary>
    /// <param name="joinersAllowed">Allows the joiners and selectors that emoji are composed with. True for notes, false for names.</param>
    public static StrangeLetter? FindStrange(string text, bool joinersAllowed)
    {
        int place = 0;
        foreach (Rune letter in text.EnumerateRunes())
        {
            place++;
            if (IsStrange(letter) && !(joinersAllowed && IsJoiner(letter.Value))) return new StrangeLetter(letter, place);
        }
        return null;
    }

    /// <summary>True for a letter that is not allowed in a name.</summary>
    public static bool IsStrange(Rune letter) =>
        letter.Value >= 0xAD
        && (IsLookAlike(letter.Value) || IsUnreadable(letter.Value) || IsInvisible(letter.Value) || IsUnassigned(letter));

    private static bool IsJoiner(int letter) => letter is 0x200C or 0x200D or (>= 0xFE00 and <= 0xFE0F);

    private static bool IsLookAlike(int letter) =>
        letter is (>= 0x2E80 and <= 0x2FDF) or (>= 0x31C0 and <= 0x31EF) or (>= 0x2F800 and <= 0x2FA1F)
            || (letter is >= 0xF900 and <= 0xFAFF && !OwnIdeographs.Contains(letter));

    /// <summary>
    /// Private use, noncharacters, and the placeholders of a lost letter (U+FFFC, U+FFFD). Every machine shows them differently.
    /// </summary>
    private static bool IsUnreadable(int letter) =>
        letter is (>= 0xE000 and <= 0xF8FF) or (>= 0xFDD0 and <= 0xFDEF) or (>= 0xFFF0 and <= 0xFFFF) or >= 0xF0000
            || (letter & 0xFFFE) == 0xFFFE;

    /// <summary>
    /// Code points that the runtime's Unicode version does not assign. Planes 2 and 3 are exempt: they hold only ideographs, and a rare one
    /// in a person's name may be newer than the runtime.
    /// </summary>
    private static bool IsUnassigned(Rune letter) =>
        letter.Plane is not (2 or 3) && Rune.GetUnicodeCategory(letter) == UnicodeCategory.OtherNotAssigned;

    /// <summary>
    /// <c>Default_Ignorable_Code_Point</c> of <c>DerivedCoreProperties.txt</c>, Unicode 14.0, which includes tag characters and U+FEFF; and
    /// the empty braille cell.
    /// </summary>
    private static bool IsInvisible(int letter) => letter is 0xAD or 0x34F or 0x61C or 0x115F or 0x1160 or 0x17B4 or 0x17B5
        or (>= 0x180B and <= 0x180F) or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F)
        or 0x2800 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF or 0xFFA0 or (>= 0x1BCA0 and <= 0x1BCA3) or (>= 0x1D173 and <= 0x1D17A)
        or (>= 0xE0000 and <= 0xE0FFF);
}

/// <summary>A letter that is not allowed, and its position in the text, counted from 1.</summary>
public readonly record struct StrangeLetter(Rune Letter, int Place)
{
    /// <summary>The code point as Unicode writes it: U+200B.</summary>
    public string CodePoint => $"U+{Letter.Value:X4}";
}
