using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.ElderService.ElderServiceClient;

namespace TimeBank.Cli;

/// <summary>Services find people (服务找人): what is reported of elders, and the run that looks for whom it changes something.</summary>
internal static class OutreachCommands
{
    private const int LinesAtOnce = 2_000;

    public static IEnumerable<Command> Of(CommandFactory make) =>
        [make.Group("outreach", "服务找人：查找应享未发、变化、终止和未用的", "services find people: look for them, and list what was found",
            Run(make), Runs(make), Findings(make)),
        make.Group("notices", "老人状况通知：去世、迁出、其他待遇、困难情形",
            "what is reported of elders: deaths, moves, other benefits, difficulties",
            Import(make), Record(make))];

    private static Command Run(CommandFactory make)
    {
        Option<string> begun = make.Option("--run", "接着查完这一次，如 outreach runs 所列", "go on with this run, as outreach runs lists it");
        return make.Command("run", "对全区老人查找一遍", "look at every elder of the region", [begun, make.DryRun], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.FinanceMaker, session.Settings.Region));
            using var run = client.RunOutreach(new RunOutreachRequest
            {
                RequestId = session.RequestId(), Parent = session.Region, ValidateOnly = make.IsDryRun(parsed),
                Run = parsed.GetValue(begun) is { } id ? session.Name("outreachRuns", id) : "",
            });
            RunProgress last = await Cli.Runs.LastAsync(run, session.Cancellation);
            Language language = make.Language;
            session.Screen.Show(last, () =>
            {
                RunSummary summary = last.Summary ?? new RunSummary();
                session.Screen.Facts(
                    language["服务找人", "Looked for people"],
                    [(language["编号", "run"], summary.OutreachRun.Length == 0 ? "" : ResourceNames.Short(summary.OutreachRun)),
                        (language["查看", "looked at"], $"{summary.Total}"), .. Counts(summary.Findings, language),
                        .. summary.SkippedByReason.Select(skipped => (skipped.Reason, $"{skipped.Count}"))]);
            });
        });
    }

    private static Command Runs(CommandFactory make) => make.Command(
        "runs", "查过的各次", "the runs, latest first", [make.Limit, make.All], async (session, parsed) =>
    {
        var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
        ListOutreachRunsResponse list = await make.PagingOf(parsed)
            .AllAsync(new ListOutreachRunsRequest { Parent = session.Region }, page => client.ListOutreachRunsAsync(page).ResponseAsync);
        Language language = make.Language;
        session.Screen.Show(list, () =>
        {
            session.Screen.Table("", [new(language["编号", "run"]), new(language["日期", "day"]), new(language["人数", "elders"], true),
                new(language["完成", "finished"]), new(language["查到", "found"])],
                list.Runs.Select(run => (IReadOnlyList<string>)[ResourceNames.Short(run.Name), TimeText.Of(run.Day), $"{run.Elders}",
                    run.Finished ? language["是", "yes"] : language["否", "no"],
                    string.Join(language["，", ", "], Counts(run.Findings, language).Select(count => $"{count.Item1} {count.Item2}"))]));
            session.Screen.Unreadable(list.Unreadable);
            session.Screen.More(list.NextPageToken);
        });
    });

    private static Command Findings(CommandFactory make)
    {
        Argument<string> run = make.Argument("run", "哪一次", "the run");
        Option<string> kind = make.Option("--kind", "只看一类，如 not-issued", "only one kind, such as not-issued");
        return make.Command("findings", "查到了谁，为什么", "whom a run found, and why", [run, kind, make.Limit, make.All],
            async (session, parsed) =>
        {
            string name = session.Name("outreachRuns", parsed.GetValue(run)!);
            var client = new Client(await session.AsAsync(Role.Auditor, name));
            var request = new ListOutreachFindingsRequest
            {
                Run = name, Kind = EnumText.ParseOrDefault<FindingKind>(parsed.GetValue(kind)),
            };
            ListOutreachFindingsResponse list = await make.PagingOf(parsed)
                .AllAsync(request, page => client.ListOutreachFindingsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table("", [new(language["老人", "elder"]), new(language["情况", "what"]), new(language["待遇", "of"]),
                    new(language["自", "from"]), new(language["最迟", "due"]), new(language["说明", "why"])],
                    list.Findings.Select(one => (IReadOnlyList<string>)[ResourceNames.Short(one.Elder), EnumText.Of(one.Kind, language),
                        one.Entitlement.Programme.Length > 0 ? ResourceNames.Short(one.Entitlement.Programme)
                            : language["补助时间", "issued hours"],
                        TimeText.Of(one.FromDate), Due(one, language), one.Entitlement.Texts.GetValueOrDefault(language.Locale, "")]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static string Due(OutreachFinding one, Language language) =>
        one.DueUnknown.Length > 0
            ? language[$"未知：没有 {one.DueUnknownYear} 年的节假日安排", $"unknown: no holidays of {one.DueUnknownYear} here"]
        : one.DueDate is null ? ""
        : $"{TimeText.Of(one.DueDate)}{(one.Late ? language["，已过", ", late"] : "")}";

    private static Command Import(CommandFactory make)
    {
        Argument<string> file = make.Argument("file", "CSV 文件：id,elder,status,date,benefit,residence,difficulty",
            "the CSV file: id,elder,status,date,benefit,residence,difficulty");
        Option<string> source = make.Option("--source", "来源名称，如 civil-affairs；同一来源中 id 不重复",
            "where it comes from, such as civil-affairs; an id is unique within it", required: true);
        Option<string> encoding = make.Option(
            "--encoding", "文件编码：utf-8、utf-16、gb18030 或 gbk；不写则自行判断",
            "how the file is encoded: utf-8, utf-16, gb18030 or gbk; found out if left out");
        return make.Command("import", "从 CSV 导入；同一行只记一次", "from a CSV file; a line is recorded once", [file, source, encoding, make.DryRun],
            async (session, parsed) =>
        {
            (string text, _) = CsvColumns.Load(parsed.GetValue(file)!, EncodedText.ParseOrNull(parsed.GetValue(encoding)));
            (List<NoticeLine> lines, List<ImportRefusal> unread) = NoticeFile.Read(new StringReader(text), session.Settings.Region);
            ImportNoticesResponse result = await SendAsync(session, parsed.GetValue(source)!, lines, make.IsDryRun(parsed));
            result.Refused.Add(unread);
            session.Screen.Show(result, () =>
                session.Screen.Imported(result.Recorded, result.Known, result.Refused, parsed.GetValue(make.DryRun)));
            return result.Refused.Count == 0 ? ExitCode.Ok : ExitCode.Refused;
        });
    }

    private static Command Record(CommandFactory make)
    {
        Argument<string> elder = make.Argument("elder", "老人", "the elder"),
            status = make.Argument("status", "状况，如 deceased、left、benefit-begun", "what, such as deceased, left or benefit-begun");
        Option<string> day = make.Option("--day", "哪一天起", "since which day", required: true),
            benefit = make.Option("--benefit", "哪项待遇", "which benefit"), residence = make.Option("--residence", "现居住地区代码",
            "the code of the region where the elder lives now"),
            difficulty = make.Option("--difficulty", "哪种困难情形，如 low-income", "which difficulty, such as low-income");
        return make.Command("record", "登记一条", "record one", [elder, status, day, benefit, residence, difficulty, make.DryRun],
            async (session, parsed) =>
        {
            string key = session.RequestId();
            var line = new NoticeLine
            {
                Number = 1, Key = key, Elder = session.Name("elders", parsed.GetValue(elder)!),
                Kind = EnumText.Parse<NoticeKind>(parsed.GetValue(status)!), Date = TimeText.ParseDay(parsed.GetValue(day)!),
                Benefit = EnumText.ParseOrDefault<Benefit>(parsed.GetValue(benefit)),
                Residence = parsed.GetValue(residence) is { } code ? ResourceNames.OfRegion(code) : "",
                Difficulty = EnumText.ParseOrDefault<Difficulty>(parsed.GetValue(difficulty)),
            };
            ImportNoticesResponse result = await SendAsync(session, "counter", [line], make.IsDryRun(parsed));
            session.Screen.Show(result, () =>
                session.Screen.Imported(result.Recorded, result.Known, result.Refused, parsed.GetValue(make.DryRun)));
            return result.Refused.Count == 0 ? ExitCode.Ok : ExitCode.Refused;
        });
    }

    private static async Task<ImportNoticesResponse> SendAsync(Session session, string source, IEnumerable<NoticeLine> lines, bool dryRun)
    {
        var client = new Client(await session.AsAsync(Role.Counter, session.Settings.Region));
        var sum = new ImportNoticesResponse();
        foreach (NoticeLine[] chunk in lines.Chunk(LinesAtOnce))
        {
            ImportNoticesResponse answer = await client.ImportNoticesAsync(new ImportNoticesRequest
            {
                RequestId = session.RequestId(), Parent = session.Region, Source = source, Lines = { chunk }, ValidateOnly = dryRun,
            });
            (sum.Recorded, sum.Known) = (sum.Recorded + answer.Recorded, sum.Known + answer.Known);
            // The reader knows the columns by the file's names for them.
            foreach (ImportRefusal line in answer.Refused)
                line.Field = line.Field switch { "key" => "id", "kind" => "status", var field => field };
            sum.Refused.Add(answer.Refused);
        }
        return sum;
    }

    private static IEnumerable<(string, string)> Counts(IEnumerable<FindingCount> counts, Language language) =>
        counts.Select(count => (EnumText.Of(count.Kind, language), $"{count.Count}"));
}
