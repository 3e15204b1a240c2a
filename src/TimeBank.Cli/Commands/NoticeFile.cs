using System.Globalization;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>
/// Notices about elders in a CSV file: a header with <c>id,elder,status,date</c> and optionally <c>benefit</c>, <c>residence</c> and
/// <c>difficulty</c>, in any order. A status is a word such as <c>deceased</c> or <c>benefit-begun</c>, in English or Chinese; so is a
/// benefit or a difficulty.
/// </summary>
internal static class NoticeFile
{
    private static readonly string[] Required = ["id", "elder", "status", "date"], Optional = ["benefit", "residence", "difficulty"];

    /// <param name="region">The region of elders that stand there by their id alone.</param>
    /// <returns>The lines that can be sent, and those that can't.</returns>
    /// <exception cref="UsageException">The file lacks a column, or is no CSV file.</exception>
    public static (List<NoticeLine> Lines, List<ImportRefusal> Refused) Read(TextReader text, string region)
    {
        var lines = new List<NoticeLine>();
        var refused = new List<ImportRefusal>();
        foreach (CsvLine row in CsvColumns.Read(text, Required, Optional))
        {
            NoticeKind kind = NoticeKind.Unspecified;
            Benefit benefit = Benefit.Unspecified;
            Difficulty difficulty = Difficulty.Unspecified;
            DateOnly day = default;
            string wrong = row.IsTooLong ? "line"
                : !TryWord(row["status"], out kind) ? "status"
                : !DateOnly.TryParseExact(row["date"].Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day)
                ? "date"
                : row["benefit"].Trim().Length > 0 && !TryWord(row["benefit"], out benefit) ? "benefit"
                : row["difficulty"].Trim().Length > 0 && !TryWord(row["difficulty"], out difficulty) ? "difficulty"
                : "";
            if (wrong.Length > 0)
            {
                refused.Add(Refusal(row, wrong));
                continue;
            }
            string residence = row["residence"].Trim(), elder = row["elder"].Trim();
            lines.Add(new NoticeLine
            {
                Number = row.Number, Key = row["id"], Kind = kind, Benefit = benefit, Date = TimeText.ToContract(day),
                Elder = elder.Length == 0 ? "" : ResourceNames.Full("elders", elder, region),
                Residence = residence.Length == 0 ? "" : ResourceNames.OfRegion(residence), Difficulty = difficulty,
            });
        }
        Dictionary<string, int[]> repeated = CsvColumns.Repeated(
            lines.Select(line => (line.Key, line.Number)).Concat(refused.Select(line => (line.Key, line.Number))));
        foreach (NoticeLine line in lines.Where(line => repeated.ContainsKey(line.Key)))
            refused.Add(CsvColumns.RefusalOfRepeated(line.Key, line.Number, repeated[line.Key]));
        lines.RemoveAll(line => repeated.ContainsKey(line.Key));
        return (lines, refused);
    }

    /// <summary>A choice by its name on the command line, or by the word that people read in either language.</summary>
    private static bool TryWord<T>(string text, out T value)
        where T : struct, Enum
    {
        string wanted = text.Trim();
        foreach (T choice in Enum.GetValues<T>().Skip(1))
        {
            value = choice;
            if (wanted.Equals(EnumText.ShortOf(choice), StringComparison.OrdinalIgnoreCase)
                || wanted == EnumText.Of(choice, Language.Chinese) || wanted == EnumText.Of(choice, Language.English)) return true;
        }
        value = default;
        return false;
    }

    private static ImportRefusal Refusal(CsvLine row, string field)
    {
        (string chinese, string english) = field switch
        {
            "date" => ("日期须写成 2026-10-01。", "The day must be written as 2026-10-01."),
            "line" => ("这一行的格数比表头多：含逗号的内容须加引号。", "This line has more cells than the header: a text with a comma needs quotes."),
            "status" => ($"须为 {Words<NoticeKind>()} 之一。", $"This must be one of {Words<NoticeKind>()}."),
            "difficulty" => ($"须为 {Words<Difficulty>()} 之一。", $"This must be one of {Words<Difficulty>()}."),
            _ => ($"须为 {Words<Benefit>()} 之一。", $"This must be one of {Words<Benefit>()}."),
        };
        return new ImportRefusal
        {
            Number = row.Number, Key = row["id"], Reason = "INVALID_FIELD", Field = field,
            Texts = { ["zh-CN"] = chinese, ["en"] = english },
        };
    }

    private static string Words<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Skip(1).Select(EnumText.ShortOf));
}
