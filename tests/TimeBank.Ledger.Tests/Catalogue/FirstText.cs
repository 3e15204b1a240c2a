namespace TimeBank.Ledger.Tests;

internal static class FirstText
{
    /// <summary>Replaces the first occurrence of <paramref name="old"/>.</summary>
    public static string ReplaceFirst(this string text, string old, string changed)
    {
        int at = text.IndexOf(old, StringComparison.Ordinal);
        return at < 0 ? throw new ArgumentException($"'{old}' does not stand there.", nameof(old))
            : $"{text[..at]}{changed}{text[(at + old.Length)..]}";
    }
}
