using CsvHelper;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>
/// A CSV file with a header, whose columns stand in any order: one of the encodings of <see cref="EncodedText"/>. Columns that nobody asks
/// for are ignored.
/// </summary>
internal static class CsvColumns
{
    /// <summary>
    /// The library reports only the first fault of a row. Every fault must therefore end the reading: behind a stray quote it would take a
    /// file that is cut inside a quoted cell for a whole one. A row may be as long as the file, so that an unclosed quote is one too.
    /// </summary>
    private static readonly CsvReaderOptions Table = new()
    {
        Separator = ',',
        HasHeader = false,
        TrackLineNumbers = true,
        MaxRecordSize = int.MaxValue,
        OnMalformedRecord = row => throw Malformed(row.LineNumber, row.Reason),
    };

    /// <param name="given">The file's encoding; null: detect it.</param>
    /// <returns>The encoding is the one in which the file was read.</returns>
    /// <exception cref="UsageException">The file can't be read, or has another encoding.</exception>
    public static (string Text, TextEncoding Encoding) Load(string file, TextEncoding? given)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"读不了文件 {file}：{error.Message}", $"Can't read {file}: {error.Message}");
        }
        return EncodedText.Read(bytes, given);
    }

    /// <summary>Each row after the header that isn't empty.</summary>
    /// <exception cref="UsageException">A column is missing or there twice, the file is empty, or a quote stands where it may not.
    /// </exception>
    public static IEnumerable<CsvLine> Read(TextReader text, IReadOnlyList<string> required, IReadOnlyList<string> optional)
    {
        Dictionary<string, int>? columns = null;
        int width = 0;
        foreach ((int number, string[] cells) in Rows(text))
        {
            if (columns is not null)
            {
                yield return new CsvLine(number, columns, cells, width);
                continue;
            }
            if (cells.Select(Name).GroupBy(name => name)
                .FirstOrDefault(named => required.Concat(optional).Contains(named.Key) && named.Count() > 1) is { } twice)
            {
                throw new UsageException($"列 {twice.Key} 出现了不止一次。", $"The column {twice.Key} is there more than once.");
            }
            columns = cells.Index().DistinctBy(cell => Name(cell.Item)).ToDictionary(cell => Name(cell.Item), cell => cell.Index);
            if (required.FirstOrDefault(name => !columns.ContainsKey(name)) is { } missing) throw new UsageException(
                $"缺少列 {missing}。", $"The column {missing} is missing.");
            width = cells.Index().Last(cell => Name(cell.Item).Length > 0).Index + 1;
        }
        if (columns is null) throw new UsageException("文件是空的。", "The file is empty.");
    }

    /// <summary>The keys that several lines share, each with the numbers of two of them.</summary>
    public static Dictionary<string, int[]> Repeated(IEnumerable<(string Key, int Number)> lines) => lines
        .Where(line => line.Key.Length > 0)
        .GroupBy(line => line.Key, line => line.Number, StringComparer.Ordinal)
        .Where(same => same.Count() > 1)
        .ToDictionary(same => same.Key, same => same.Order().Take(2).ToArray(), StringComparer.Ordinal);

    /// <summary>The refusal of a line whose id another line of the file has.</summary>
    public static ImportRefusal RefusalOfRepeated(string key, int number, int[] two)
    {
        int other = two[number == two[0] ? 1 : 0];
        return new ImportRefusal
        {
            Number = number,
            Key = key,
            Reason = "INVALID_FIELD",
            Field = "id",
            Texts = { ["zh-CN"] = $"第 {other} 行也用了这个编号；每行须有自己的编号。",
                ["en"] = $"Line {other} has this id too; each line needs an id of its own." },
        };
    }

    /// <summary>Each row that isn't empty, with the number of its first line. Line ends within a cell become <c>\n</c>.</summary>
    /// <exception cref="UsageException">A quote is never closed, or stands where RFC 4180 allows none.</exception>
    private static IEnumerable<(int Line, string[] Cells)> Rows(TextReader text)
    {
        using var rows = CsvReader.Create(text, Table, leaveOpen: true);
        while (rows.Read())
        {
            string[] cells = [.. Enumerable.Range(0, rows.FieldCount)
                .Select(at => rows.GetString(at).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'))];
            if (cells.Length > 1 || cells[0].Length > 0) yield return ((int)rows.LineNumber, cells);
        }
    }

    private static UsageException Malformed(long line, CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.UnterminatedQuote => new($"第 {line} 行：引号没有结束。", $"Line {line}: a quote is never closed."),
        CsvMalformedReason.TextAfterClosingQuote =>
            new($"第 {line} 行：引号之后应是逗号。", $"Line {line}: a comma must follow the closing quote."),
        _ => new($"第 {line} 行：含引号的内容须整格加引号，里面的引号写两遍。",
            $"Line {line}: a text with a quote must be in quotes, and the quote doubled."),
    };

    private static string Name(string header) => header.Trim().TrimStart('\ufeff').ToLowerInvariant();

    /// <summary>A cell is text, whatever it begins with. Removes the apostrophe that keeps a spreadsheet from taking it for a
    /// formula.</summary>
    internal static string Text(string cell) =>
        cell.Length > 1 && cell[0] == '\'' && cell[1] is '=' or '+' or '-' or '@' ? cell[1..] : cell;
}

/// <summary>One row of a file.</summary>
/// <param name="Number">The number of its first line.</param>
internal sealed record CsvLine(int Number, IReadOnlyDictionary<string, int> Columns, string[] Cells, int Width)
{
    /// <summary>The cell of a column; empty where the file or the row has none.</summary>
    public string this[string name] => Columns.TryGetValue(name, out int at) && at < Cells.Length ? CsvColumns.Text(Cells[at]) : "";

    /// <summary>Whether something stands behind the header's last column. Spreadsheets write empty cells there: they say nothing.</summary>
    public bool IsTooLong => Cells.Skip(Width).Any(cell => cell.Length > 0);

    /// <summary>
    /// Whether an amount seems cut at a thousands separator without quotes: if the last column is empty, only the three digits after it
    /// show that.
    /// </summary>
    public bool IsCutAfter(string name) => Cells.Length > Width && Columns[name] + 1 is var after && after < Cells.Length
        && Cells[after] is { Length: 3 } rest && rest.All(char.IsAsciiDigit);
}
