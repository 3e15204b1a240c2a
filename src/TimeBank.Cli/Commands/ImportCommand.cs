using System.CommandLine;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>
/// Imports opening balances or history from a CSV file. First tries every line; records them only if none is refused (or with
/// <c>--keep-going</c>).
/// </summary>
internal static class ImportCommand
{
    private const int LinesAtOnce = 2_000;

    public static IEnumerable<Command> Of(CommandFactory make)
    {
        Argument<string> file = make.Argument("file", "CSV 文件：id,date,account,side,unit,amount,memo",
            "the CSV file: id,date,account,side,unit,amount,memo");
        Option<string> source = make.Option("--source", "来源名称，如 old-system；同一来源中 id 不重复",
            "what the lines come from, such as old-system; an id is unique within it", required: true);
        Option<string> encoding = make.Option(
            "--encoding", "文件编码：utf-8、utf-16、gb18030 或 gbk；不写则自行判断",
                "how the file is encoded: utf-8, utf-16, gb18030 or gbk; found out if left out");
        Option<bool> keepGoing =
            new("--keep-going") { Description = make.Language["有不能记的行也记下其余的行", "record the rest where lines are refused"] };
        return [make.Command("import", "从 CSV 导入期初余额或历史", "opening balances or a history from a CSV file",
            [file, source, encoding, keepGoing, make.DryRun], async (session, parsed) =>
        {
            TextEncoding? given = EncodedText.ParseOrNull(parsed.GetValue(encoding));
            (List<ImportLine> lines, List<ImportRefusal> unread, TextEncoding found) = ImportFile.Read(parsed.GetValue(file)!, given);
            if (found != (given ?? TextEncoding.Utf8))
            {
                string name = EncodedText.NameOf(found);
                session.Screen.Progress(make.Language[$"文件按 {name} 读取；不对时用 --encoding 指定。",
                    $"The file is read as {name}; if it isn't, say so with --encoding."], ended: true);
            }
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Administrator, session.Region));
            ImportBalancesResponse tried = await SendAsync(session, client, parsed.GetValue(source)!, lines, dryRun: true);
            tried.Refused.Add(unread);
            bool dry = make.IsDryRun(parsed), sound = tried.Refused.Count == 0;
            ImportBalancesResponse result = tried;
            if (!dry && (sound || parsed.GetValue(keepGoing)))
            {
                result = await SendAsync(session, client, parsed.GetValue(source)!, lines, dryRun: false);
                result.Refused.Add(unread);
            }
            else if (!sound && !parsed.GetValue(keepGoing))
            {
                // A refused line means that no line is recorded; the dry run says the same.
                tried.Recorded = 0;
            }
            session.Screen.Show(result, () => session.Screen.Imported(result.Recorded, result.Known, result.Refused, dry));
            return result.Refused.Count == 0 ? ExitCode.Ok : ExitCode.Refused;
        })];
    }

    /// <summary>
    /// Keeps the lines of an account in one call if it can: a dry run then sees the lines before it.
    /// </summary>
    private static async Task<ImportBalancesResponse> SendAsync(Session session, LedgerService.LedgerServiceClient client, string source,
        List<ImportLine> lines, bool dryRun)
    {
        var sum = new ImportBalancesResponse();
        int done = 0;
        foreach (ImportLine[] chunk in Chunks(lines))
        {
            var request = new ImportBalancesRequest
            {
                RequestId = session.RequestId(), Parent = session.Region, Source = source,
                Lines = { chunk }, ValidateOnly = dryRun
            };
            ImportBalancesResponse answer = await client.ImportBalancesAsync(request);
            sum.Recorded += answer.Recorded;
            sum.Known += answer.Known;
            // The reader knows the column by the file's name for it.
            foreach (ImportRefusal line in answer.Refused.Where(line => line.Field == "key")) line.Field = "id";
            sum.Refused.Add(answer.Refused);
            done += chunk.Length;
            session.Screen.Progress(session.Language[$"{done}/{lines.Count} 行", $"{done} of {lines.Count} lines"], ended: false);
        }
        return sum;
    }

    private static IEnumerable<ImportLine[]> Chunks(List<ImportLine> lines)
    {
        var chunk = new List<ImportLine>();
        foreach (IGrouping<string, ImportLine> account in lines.GroupBy(line => line.Account))
        {
            if (chunk.Count > 0 && chunk.Count + account.Count() > LinesAtOnce)
            {
                yield return [.. chunk];
                chunk.Clear();
            }
            chunk.AddRange(account);
            while (chunk.Count > LinesAtOnce)
            {
                yield return [.. chunk[..LinesAtOnce]];
                chunk.RemoveRange(0, LinesAtOnce);
            }
        }
        if (chunk.Count > 0) yield return [.. chunk];
    }
}
