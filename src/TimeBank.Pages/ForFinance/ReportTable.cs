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
    /// <summary>What it reports, as a part of the file's name: 2026-10.</summary>
    public required string Of { get; init; }

    /// <summary>What the columns come to; under the rows, also in the file.</summary>
    public ImmutableArray<ImmutableArray<string>> Totals { get; init; } = [];

    /// <summary>By what rule the rows are there; may be empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>Why there are no rows; empty: there is nothing to report.</summary>
    public string Nothing { get; init; } = "";

    /// <summary>
    /// RFC 4180, in UTF-8 with a byte order mark, by which spreadsheets know it. A text that looks like a formula gets an apostrophe; an
    /// amount keeps its sign.
    /// </summary>
    public byte[] ToCsv()
    {
        var text = new StringBuilder();
        Append(text, Columns.Select(column => column.Header));
        foreach (ImmutableArray<string> row in Rows.IsEmpty ? [] : Rows.Concat(Totals))
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
/// <param name="IsWhole">Isn't broken into lines, such as a day.</param>
public sealed record ReportColumn(string Header, bool IsAmount = false, bool IsWhole = false)
{
    /// <summary>How a cell of the page's table looks.</summary>
    public string? Look => IsAmount ? "n" : IsWhole ? "code" : null;
}
