using System.Collections.Immutable;
using System.Text;
using TimeBank.Pages.Shell;

namespace TimeBank.Pages.ForFinance;

/// <summary>A report: on the page, on paper, and as a table for a spreadsheet.</summary>
/// <param name="Facts">What it is of and what it comes to.</param>
/// <param name="Chart">What a picture says more clearly; may be empty.</param>
public sealed record ReportTable(
    string Title, ImmutableArray<(string Label, string Value)> Facts, ImmutableArray<ReportColumn> Columns,
    ImmutableArray<ImmutableArray<string>> Rows, string ChartTitle, ImmutableArray<ChartPoint> Chart)
{
    /// <summary>
    /// RFC 4180, in UTF-8 with a byte order mark, by which spreadsheets know it. A text that looks like a formula gets an apostrophe; an
    /// amount keeps its sign.
    /// </summary>
    public byte[] ToCsv()
    {
        var text = new StringBuilder();
        Append(text, Columns.Select(column => column.Header));
        foreach (ImmutableArray<string> row in Rows)
            Append(text, row.Select((cell, at) => Columns[at].IsAmount || !LooksLikeFormula(cell) ? cell : $"'{cell}"));
        return [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text.ToString())];
    }

    private static void Append(StringBuilder text, IEnumerable<string> cells) =>
        text.AppendJoin(',', cells.Select(Quoted)).Append("\r\n");

    private static string Quoted(string cell) =>
        cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;

    private static bool LooksLikeFormula(string cell) => cell is ['=' or '+' or '-' or '@' or '\t' or '\r', ..];
}

/// <param name="IsAmount">Stands at the right, and is a number.</param>
public sealed record ReportColumn(string Header, bool IsAmount = false);
