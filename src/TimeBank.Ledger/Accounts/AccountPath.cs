using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace TimeBank.Ledger;

/// <summary>The name of an account for people and exports, such as <c>fund/lottery/available</c>; unique in its region.</summary>
public readonly record struct AccountPath
{
    public const int MaxLength = 120;
    private static readonly SearchValues<char> Allowed = SearchValues.Create("-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private AccountPath(string text) => Text = text;

    public string Text { get; }

    public static AccountPath Parse(string text) => TryParse(text, out AccountPath path) ? path : throw new FormatException($"'{text}' is not an account path.");

    /// <summary>True for 1 to 120 ASCII letters, digits, hyphens and single slashes between them.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AccountPath path)
    {
        path = default;
        if (text is null || text.Length is 0 or > MaxLength || text[0] == '/' || text[^1] == '/' || text.Contains("//", StringComparison.Ordinal)) return false;
        if (text.AsSpan().ContainsAnyExcept(Allowed)) return false;
        path = new AccountPath(text);
        return true;
    }

    public override string ToString() => Text ?? "";
}
