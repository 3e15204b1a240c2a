using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace TimeBank.Ledger;

/// <summary>A name that staff choose for a fund or a programme: 1 to 40 small letters, digits and hyphens, such as <c>lottery</c>.</summary>
public readonly record struct Slug
{
    public const int MaxLength = 40;
    private static readonly SearchValues<char> Letters = SearchValues.Create("-0123456789abcdefghijklmnopqrstuvwxyz");

    private Slug(string text) => Text = text;

    public string Text { get; }

    public static Slug Parse(string text) => TryParse(text, out Slug slug) ? slug : throw new FormatException($"'{text}' is not a name: 1 to 40 small letters, digits and hyphens.");

    public static bool TryParse([NotNullWhen(true)] string? text, out Slug slug)
    {
        slug = default;
        if (text is null || text.Length is 0 or > MaxLength || text.AsSpan().ContainsAnyExcept(Letters)) return false;
        slug = new Slug(text);
        return true;
    }

    public override string ToString() => Text ?? "";
}
