using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace TimeBank.Ledger;

/// <summary>
/// The id of a party, an order or a voucher: 12 letters and digits of Crockford's base 32 that say nothing of whom they name.
/// Made from the entry or request that first named the thing, so that a retry names the same one.
/// </summary>
public readonly record struct OpaqueId
{
    public const int Length = 12;
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    private OpaqueId(string text) => Text = text;

    public string Text { get; }

    public static OpaqueId From(EntryId id) => new(string.Create(Length, id.Value, static (letters, bits) =>
    {
        for (int at = 0; at < letters.Length; at++, bits >>= 5) letters[at] = Alphabet[(int)(bits & 31)];
    }));

    public static OpaqueId Parse(string text) => TryParse(text, out OpaqueId id) ? id : throw new FormatException($"'{text}' is not an id: 12 letters and digits.");

    public static bool TryParse([NotNullWhen(true)] string? text, out OpaqueId id)
    {
        id = default;
        if (text is not { Length: Length } || text.AsSpan().ContainsAnyExcept(Letters)) return false;
        id = new OpaqueId(text);
        return true;
    }

    public override string ToString() => Text ?? "";
}
