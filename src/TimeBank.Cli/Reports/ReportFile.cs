using System.Text;
using CsvHelper;
using SpreadCheetah;
using SpreadCheetah.Styling;

namespace TimeBank.Cli;

/// <summary>Writes a report to a file, for its owner alone; the ending says how: .csv, .xlsx or .html.</summary>
internal static class ReportFile
{
    /// <exception cref="UsageException">The ending is another one, or the file can't be written.</exception>
    public static async Task WriteAsync(ReportTable report, string file, Language language)
    {
        byte[] bytes = Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".csv" => Csv(report),
            ".xlsx" => await SpreadsheetAsync(report),
            ".html" => Encoding.UTF8.GetBytes(ReportPage.Of(report, language)),
            _ => throw new UsageException($"文件名须以 .csv、.xlsx 或 .html 结尾：{file}", $"The file must end in .csv, .xlsx or .html: {file}"),
        };
        string part = $"{file}.part";
        try
        {
            const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var made = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = ownerOnly };
            await using (var stream = new FileStream(part, made)) await stream.WriteAsync(bytes);
            File.Move(part, file, overwrite: true);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new UsageException($"写不了文件 {file}：{error.Message}", $"Can't write {file}: {error.Message}");
        }
        finally
        {
            if (File.Exists(part)) File.Delete(part);
        }
    }

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

    /// <summary>A spreadsheet whose cells are all text, so that no id becomes a number and no text a formula.</summary>
    private static async Task<byte[]> SpreadsheetAsync(ReportTable report)
    {
        using var stream = new MemoryStream();
        await using (Spreadsheet book = await Spreadsheet.CreateNewAsync(stream, new SpreadCheetahOptions { DocumentProperties = null }))
        {
            StyleId text = book.AddStyle(new Style { Format = NumberFormat.Standard(StandardNumberFormat.Text) });
            async Task AddAsync(IEnumerable<string> cells) => await book.AddRowAsync([.. cells.Select(cell => new StyledCell(cell, text))]);
            await book.StartWorksheetAsync("1");
            await AddAsync([report.Title]);
            foreach ((string label, string value) in report.Facts.Where(fact => fact.Value.Length > 0)) await AddAsync([label, value]);
            await AddAsync(report.Columns.Select(column => column.Header));
            foreach (IReadOnlyList<string> row in report.Rows) await AddAsync(row);
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
    IReadOnlyList<IReadOnlyList<string>> Rows, ReportChart? Chart = null);

/// <summary>Bars, one under the other.</summary>
/// <param name="Bars">What each stands for, its length, and the text at its end.</param>
internal sealed record ReportChart(string Title, IReadOnlyList<(string Label, long Value, string Text)> Bars);
