using System.Globalization;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>
/// Balances in a CSV file: one of the encodings of <see cref="EncodedText"/>, a header with <c>id,date,account,side,unit,amount</c> and
/// optionally <c>memo</c>, in any order; amounts in whole minor units. Other columns are ignored.
/// </summary>
internal static class ImportFile
{
    private static readonly string[] Required = ["id", "date", "account", "side", "unit", "amount"];

    /// <param name="given">The file's encoding; null: detect it.</param>
    /// <returns>The encoding is the one in which the file was read.</returns>
    /// <exception cref="UsageException">The file can't be read, has another encoding, or lacks a column.</exception>
    public static (List<ImportLine> Lines, List<ImportRefusal> Refused, TextEncoding Encoding) Read(string file, TextEncoding? given)
    {
        (string text, TextEncoding encoding) = CsvColumns.Load(file, given);
        (List<ImportLine> lines, List<ImportRefusal> refused) = Read(new StringReader(text));
        return (lines, refused, encoding);
    }

    public static (List<ImportLine> Lines, List<ImportRefusal> Refused) Read(TextReader text)
    {
        var lines = new List<ImportLine>();
        var refused = new List<ImportRefusal>();
        foreach (CsvLine row in CsvColumns.Read(text, Required, ["memo"]))
        {
            var line = new ImportLine { Number = row.Number, Key = row["id"], Account = row["account"], Memo = row["memo"] };
            bool isTooLong = row.IsTooLong || row.IsCutAfter("amount");
            string? wrong = isTooLong ? "line"
                : !long.TryParse(row["amount"], NumberStyles.None, CultureInfo.InvariantCulture, out long amount) ? "amount"
                : !DateOnly.TryParseExact(row["date"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
                ? "date"
                : SideOf(row["side"]) is not { } side ? "side"
                : Fill(line, side, new Amount { Value = amount, Unit = row["unit"] }, day);
            if (wrong is null) lines.Add(line);
            else refused.Add(Refusal(line, wrong));
        }
        RefuseRepeated(lines, refused);
        return (lines, refused);
    }

    /// <summary>
    /// Takes out the lines that share an id, each with the number of another one. The server finds them only within a call, and a large
    /// file takes several calls.
    /// </summary>
    private static void RefuseRepeated(List<ImportLine> lines, List<ImportRefusal> refused)
    {
        Dictionary<string, int[]> repeated = CsvColumns.Repeated(
            lines.Select(line => (line.Key, line.Number)).Concat(refused.Select(line => (line.Key, line.Number))));
        foreach (ImportLine line in lines.Where(line => repeated.ContainsKey(line.Key)))
            refused.Add(CsvColumns.RefusalOfRepeated(line.Key, line.Number, repeated[line.Key]));
        lines.RemoveAll(line => repeated.ContainsKey(line.Key));
    }

    private static string? Fill(ImportLine line, Side side, Amount amount, DateOnly day)
    {
        (line.Side, line.Amount, line.Date) = (side, amount, TimeText.ToContract(day));
        return null;
    }

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
