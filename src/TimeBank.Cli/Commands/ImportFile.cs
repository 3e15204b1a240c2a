using System.Globalization;
using CsvHelper;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>
/// Balances in a CSV file: one of the encodings of <see cref="EncodedText"/>, a header with <c>id,date,account,side,unit,amount</c> and
/// optionally <c>memo</c>, in any order; amounts in whole minor units. Other columns are ignored.
/// </summary>
internal static class ImportFile
{
    private static readonly string[] Required = ["id", "date", "account", "side", "unit", "amount"];

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
    /// <exception cref="UsageException">The file can't be read, has another encoding, or lacks a column.</exception>
    public static (List<ImportLine> Lines, List<ImportRefusal> Refused, TextEncoding Encoding) Read(string file, TextEncoding? given)
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
        (string text, TextEncoding encoding) = EncodedText.Read(bytes, given);
        (List<ImportLine> lines, List<ImportRefusal> refused) = Read(new StringReader(text));
        return (lines, refused, encoding);
    }

    public static (List<ImportLine> Lines, List<ImportRefusal> Refused) Read(TextReader text)
    {
        var lines = new List<ImportLine>();
        var refused = new List<ImportRefusal>();
        Dictionary<string, int>? columns = null;
        int width = 0;
        foreach ((int number, string[] cells) in Rows(text))
        {
            if (columns is null)
            {
                if (cells.Select(Name).GroupBy(name => name)
                    .FirstOrDefault(named => Required.Append("memo").Contains(named.Key) && named.Count() > 1) is { } twice)
                {
                    throw new UsageException($"列 {twice.Key} 出现了不止一次。", $"The column {twice.Key} is there more than once.");
                }
                columns = cells.Index().DistinctBy(cell => Name(cell.Item)).ToDictionary(cell => Name(cell.Item), cell => cell.Index);
                if (Required.FirstOrDefault(name => !columns.ContainsKey(name)) is { } missing) throw new UsageException(
                    $"缺少列 {missing}。", $"The column {missing} is missing.");
                width = cells.Index().Last(cell => Name(cell.Item).Length > 0).Index + 1;
                continue;
            }
            string Cell(string name) => columns.TryGetValue(name, out int at) && at < cells.Length ? Text(cells[at]) : "";
            var line = new ImportLine { Number = number, Key = Cell("id"), Account = Cell("account"), Memo = Cell("memo") };
            // Spreadsheets write empty cells behind the last column: ignore them. A thousands separator without quotes splits an amount
            // into two cells; if the memo is empty, only the three digits after it show that.
            int after = columns["amount"] + 1;
            bool isTooLong = cells.Length > width
                && (cells.Skip(width).Any(cell => cell.Length > 0)
                || (after < cells.Length && cells[after] is { Length: 3 } rest && rest.All(char.IsAsciiDigit)));
            string? wrong = isTooLong ? "line"
                : !long.TryParse(Cell("amount"), NumberStyles.None, CultureInfo.InvariantCulture, out long amount) ? "amount"
                : !DateOnly.TryParseExact(Cell("date"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
                ? "date"
                : SideOf(Cell("side")) is not { } side ? "side"
                : Fill(line, side, new Amount { Value = amount, Unit = Cell("unit") }, day);
            if (wrong is null) lines.Add(line);
            else refused.Add(Refusal(line, wrong));
        }
        if (columns is null) throw new UsageException("文件是空的。", "The file is empty.");
        RefuseRepeated(lines, refused);
        return (lines, refused);
    }

    /// <summary>
    /// Takes out the lines that share an id, each with the number of another one. The server finds them only within a call, and a large
    /// file takes several calls.
    /// </summary>
    private static void RefuseRepeated(List<ImportLine> lines, List<ImportRefusal> refused)
    {
        Dictionary<string, int[]> repeated = lines.Select(line => (line.Key, line.Number))
            .Concat(refused.Select(line => (line.Key, line.Number)))
            .Where(line => line.Key.Length > 0)
            .GroupBy(line => line.Key, line => line.Number, StringComparer.Ordinal)
            .Where(same => same.Count() > 1)
            .ToDictionary(same => same.Key, same => same.Order().Take(2).ToArray(), StringComparer.Ordinal);
        foreach (ImportLine line in lines.Where(line => repeated.ContainsKey(line.Key)))
        {
            int other = repeated[line.Key][line.Number == repeated[line.Key][0] ? 1 : 0];
            refused.Add(new ImportRefusal
            {
                Number = line.Number,
                Key = line.Key,
                Reason = "INVALID_FIELD",
                Field = "id",
                Texts = { ["zh-CN"] = $"第 {other} 行也用了这个编号；每行须有自己的编号。",
                    ["en"] = $"Line {other} has this id too; each line needs an id of its own." },
            });
        }
        lines.RemoveAll(line => repeated.ContainsKey(line.Key));
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

    private static string? Fill(ImportLine line, Side side, Amount amount, DateOnly day)
    {
        (line.Side, line.Amount, line.Date) = (side, amount, TimeText.ToContract(day));
        return null;
    }

    private static string Name(string header) => header.Trim().TrimStart('\ufeff').ToLowerInvariant();

    /// <summary>A cell is text, whatever it begins with. Removes the apostrophe that keeps a spreadsheet from taking it for a
    /// formula.</summary>
    private static string Text(string cell) => cell.Length > 1 && cell[0] == '\'' && cell[1] is '=' or '+' or '-' or '@' ? cell[1..] : cell;

    private static Side? SideOf(string text) => text.Trim().ToUpperInvariant() switch
    {
        "DEBIT" or "D" or "借" => Side.Debit,
        "CREDIT" or "C" or "贷" => Side.Credit,
        _ => null,
    };

    private static ImportRefusal Refusal(ImportLine line, string field) => new()
    {
        Number = line.Number,
        Key = line.Key,
        Reason = "INVALID_FIELD",
        Field = field,
        Texts =
        {
            ["zh-CN"] = field switch { "amount" => "数额须为整数：分、分钟或份数，不带小数和千位符。", "date" => "日期须写成 2026-10-01。", "line" =>
                "这一行的格数比表头多：含逗号的内容须加引号，数额不带千位符。", _ => "须为 DEBIT（借）或 CREDIT（贷）。" },
            ["en"] = field switch { "amount" => "The amount must be a whole number of fen, minutes or services, without separators.",
                "date" => "The day must be written as 2026-10-01.", "line" =>
                "This line has more cells than the header: a text with a comma needs quotes, and amounts have no separators.", _ =>
                "This must be DEBIT or CREDIT." },
        },
    };
}
