using System.Globalization;
using System.Text;
using CsvHelper;
using SpreadCheetah;
using SpreadCheetah.Styling;

namespace TimeBank.Cli;

/// <summary>Makes a report's file; the ending says how: .csv, .xlsx or .html.</summary>
internal static class ReportFile
{
    /// <exception cref="UsageException">The ending is another one.</exception>
    public static async Task<byte[]> BytesAsync(ReportTable report, string file, Language language) =>
        Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".csv" => Csv(report),
            ".xlsx" => await SpreadsheetAsync(report),
            ".html" => Encoding.UTF8.GetBytes(ReportPage.Of(report, language)),
            _ => throw new UsageException($"文件名须以 .csv、.xlsx 或 .html 结尾：{file}", $"The file must end in .csv, .xlsx or .html: {file}"),
        };

    /// <summary>
    /// UTF-8 with a byte order mark, by which spreadsheets know it. A text that looks like a formula gets an apostrophe; an amount keeps
    /// its sign.
    /// </summary>
    private static byte[] Csv(ReportTable report)
    {
        using var stream = new MemoryStream();
        using (var csv = CsvWriter.Create(stream, new CsvWriterOptions { WriteByteOrderMark = true }, leaveOpen: true))
        {
            csv.WriteRecord([.. report.Columns.Select(column => column.Header)]);
            foreach (IReadOnlyList<string> row in report.Rows)
                csv.WriteRecord([.. row.Select((cell, at) => report.Columns[at].IsAmount || !LooksLikeFormula(cell) ? cell : $"'{cell}")]);
        }
        return stream.ToArray();
    }

    private static bool LooksLikeFormula(string cell) => cell is ['=' or '+' or '-' or '@' or '\t' or '\r', ..];

    /// <summary>
    /// A spreadsheet whose amounts are numbers with thousands separators, and whose other cells are text, so that no id becomes a number
    /// and no text a formula.
    /// </summary>
    private static async Task<byte[]> SpreadsheetAsync(ReportTable report)
    {
        using var stream = new MemoryStream();
        await using (Spreadsheet book = await Spreadsheet.CreateNewAsync(stream, new SpreadCheetahOptions { DocumentProperties = null }))
        {
            StyleId text = book.AddStyle(new Style { Format = NumberFormat.Standard(StandardNumberFormat.Text) });
            StyleId whole = book.AddStyle(new Style { Format = NumberFormat.Custom("#,##0") }),
                money = book.AddStyle(new Style { Format = NumberFormat.Custom("#,##0.00") });
            StyledCell Cell(string cell, Column column) =>
                column.IsAmount && decimal.TryParse(cell, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture, out decimal amount)
                    ? new StyledCell(amount, cell.Contains('.', StringComparison.Ordinal) ? money : whole) : new StyledCell(cell, text);
            async Task AddAsync(IEnumerable<string> cells) => await book.AddRowAsync([.. cells.Select(cell => new StyledCell(cell, text))]);
            await book.StartWorksheetAsync("1");
            await AddAsync([report.Title]);
            foreach ((string label, string value) in report.Facts.Where(fact => fact.Value.Length > 0)) await AddAsync([label, value]);
            await AddAsync(report.Columns.Select(column => column.Header));
            foreach (IReadOnlyList<string> row in report.Rows) await book.AddRowAsync([.. row.Zip(report.Columns, Cell)]);
            await book.FinishAsync();
        }
        return stream.ToArray();
    }
}

/// <summary>A report as it is shown at a terminal, and written as a table, a spreadsheet or a page to print.</summary>
/// <param name="Facts">What the report is of and what it comes to, as label and value.</param>
/// <param name="Chart">What a picture says more clearly; null where nothing does.</param>
internal sealed record ReportTable(
    string Title, IReadOnlyList<(string Label, string Value)> Facts, IReadOnlyList<Column> Columns,
    IReadOnlyList<IReadOnlyList<string>> Rows, ReportChart? Chart = null)
{
    /// <summary>The rows for people: amounts with thousands separators.</summary>
    public IEnumerable<IReadOnlyList<string>> Shown => Rows.Select(row => (IReadOnlyList<string>)
        [.. row.Zip(Columns, (cell, column) => column.IsAmount ? AmountText.Grouped(cell) : cell)]);
}

/// <summary>Bars, one under the other.</summary>
/// <param name="Bars">What each stands for, its length, and the text at its end.</param>
internal sealed record ReportChart(string Title, IReadOnlyList<(string Label, long Value, string Text)> Bars);
