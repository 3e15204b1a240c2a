namespace TimeBank.Ledger;

/// <summary>A cell of a CSV table (RFC 4180) that no spreadsheet takes for a formula.</summary>
public static class CsvCell
{
    private const char Apostrophe = '\'';

    /// <summary>The cell as it stands in the table: with an apostrophe before what would be a formula, and quoted where it must be.</summary>
    public static string Write(string text)
    {
        string safe = IsGuarded(text) ? Apostrophe + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>The text that a cell stands for: an apostrophe before what would be a formula goes again.</summary>
    public static string Read(string cell) => cell.Length > 1 && cell[0] == Apostrophe && IsGuarded(cell[1..]) ? cell[1..] : cell;

    /// <summary>
    /// Whether a spreadsheet might take a text for a formula; a tab or line end in front hides one. A formula with apostrophes of its own is guarded too, so
    /// that reading gives back what was written.
    /// </summary>
    private static bool IsGuarded(string text)
    {
        ReadOnlySpan<char> bare = text.AsSpan().TrimStart(Apostrophe);
        return bare.Length > 0 && bare[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n';
    }
}
