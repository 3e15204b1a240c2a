using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.PeriodService.PeriodServiceClient;

namespace TimeBank.Cli;

/// <summary>Closing months: two persons sign for a month's books, and an auditor may open it again.</summary>
internal static class PeriodCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
        [make.Group("period", "结账：对账、差异、编制、签字、撤回、重开、查询",
            "close a month: check, assign, difference, prepare, approve, withdraw, reopen, show, list",
            Check(make), Assign(make), Difference(make), Prepare(make),
            Approve(make), Withdraw(make), Reopen(make), Show(make), List(make))];

    private static Command Check(CommandFactory make)
    {
        Option<string> day = Day(make), to = To(make);
        return make.Command("check", "五方对账：发放、在手、核销、付款、总账", "hold issued, held, redeemed, paid and the whole against each other",
            [day, to], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            DailyReport report = await client.GetDailyReportAsync(new GetDailyReportRequest
            {
                Parent = session.Region, FirstDate = TimeText.ParseDay(parsed.GetValue(day)!),
                LastDate = parsed.GetValue(to) is { } end ? TimeText.ParseDay(end) : null,
            });
            Language language = session.Language;
            session.Screen.Show(report, () =>
            {
                session.Screen.Table(
                    "", [new(language["项目", "leg"]), new(language["账户", "account"]), new(language["单位", "unit"]),
                        new(language["一方", "one side"], true), new(language["另一方", "other side"], true), new(language["结果", "result"])],
                    report.Lines.Select(line => (IReadOnlyList<string>)[EnumText.Of(line.Leg, language), line.Account, line.Unit,
                        AmountText.Of(line.Left, line.Unit, language), AmountText.Of(line.Right, line.Unit, language),
                        Result(line, language)]));
                ReportLine[] differing = [.. report.Lines.Where(line => !line.Ties)];
                if (differing.Length > 0) session.Screen.Table(
                    language["差异", "differences"],
                    [new(language["差异编号", "difference"]), new(language["账户", "account"]), new(language["结果", "result"]),
                        new(language["天数", "days"], true), new(language["负责人", "owner"]), new(language["最近说明", "last note"])],
                    differing.Select(line => (IReadOnlyList<string>)[Last(line.Difference), line.Account, Result(line, language),
                        $"{line.AgeDays}", line.Owner, line.Note]));
            });
        });
    }

    private static Command Assign(CommandFactory make)
    {
        Argument<string> difference = DifferenceId(make);
        Option<string> day = Day(make), to = To(make), owner = make.Option("--owner", "负责人", "who looks into it", required: true),
            note = make.Option("--note", "已做或已约定的事", "what was done or agreed");
        return make.Command("assign", "指定差异的负责人", "say who looks into a difference", [difference, day, to, owner, note, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("differences", parsed.GetValue(difference)!);
            Show(session, await new Client(await session.AsAsync(Role.FinanceMaker, name)).AssignDifferenceAsync(new AssignDifferenceRequest
            {
                RequestId = session.RequestId(), Name = name, FirstDate = TimeText.ParseDay(parsed.GetValue(day)!),
                LastDate = parsed.GetValue(to) is { } end ? TimeText.ParseDay(end) : null, Owner = parsed.GetValue(owner)!,
                Note = parsed.GetValue(note) ?? "", ValidateOnly = make.IsDryRun(parsed),
            }));
        });
    }

    private static Command Difference(CommandFactory make)
    {
        Argument<string> difference = DifferenceId(make);
        return make.Command("difference", "查看一项差异的经过", "show what people did about a difference", [difference], async (session, parsed) =>
        {
            string name = session.Name("differences", parsed.GetValue(difference)!);
            Show(session, await new Client(await session.AsAsync(Role.Auditor, name))
                .GetDifferenceAsync(new GetDifferenceRequest { Name = name }));
        });
    }

    private static Command Prepare(CommandFactory make)
    {
        Argument<string> month = Month(make);
        return make.Command("prepare", "结账编制：此后不再记入该月，须另一人签字", "close a month's days; a second person signs",
            [month, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("periods", parsed.GetValue(month)!);
            Show(session, await new Client(await session.AsAsync(Role.FinanceMaker, name)).PreparePeriodCloseAsync(
                new PreparePeriodCloseRequest { RequestId = session.RequestId(), Name = name, ValidateOnly = make.IsDryRun(parsed) }));
        });
    }

    private static Command Approve(CommandFactory make)
    {
        Argument<string> month = Month(make);
        return make.Command("approve", "审核签字", "sign the closing statement", [month, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("periods", parsed.GetValue(month)!);
            Show(session, await new Client(await session.AsAsync(Role.FinanceChecker, name)).ApprovePeriodCloseAsync(
                new ApprovePeriodCloseRequest { RequestId = session.RequestId(), Name = name, ValidateOnly = make.IsDryRun(parsed) }));
        });
    }

    private static Command Withdraw(CommandFactory make)
    {
        Argument<string> month = Month(make);
        Option<string> note = Note(make);
        return make.Command("withdraw", "撤回未签字的结账", "open a month again that nobody has signed", [month, note, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("periods", parsed.GetValue(month)!);
            Show(session, await new Client(await session.AsAsync(Role.FinanceMaker, name)).WithdrawPeriodCloseAsync(
                new WithdrawPeriodCloseRequest
                {
                    RequestId = session.RequestId(), Name = name, Note = parsed.GetValue(note)!, ValidateOnly = make.IsDryRun(parsed),
                }));
        });
    }

    private static Command Reopen(CommandFactory make)
    {
        Argument<string> month = Month(make);
        Option<string> note = Note(make);
        return make.Command("reopen", "审计重开已签字的月份", "as an auditor, open a signed month again", [month, note, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("periods", parsed.GetValue(month)!);
            Show(session, await new Client(await session.AsAsync(Role.Auditor, name)).ReopenPeriodAsync(new ReopenPeriodRequest
            {
                RequestId = session.RequestId(), Name = name, Note = parsed.GetValue(note)!, ValidateOnly = make.IsDryRun(parsed),
            }));
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> month = Month(make);
        return make.Command("show", "查看月份和结账表", "show a month and its closing statement", [month], async (session, parsed) =>
        {
            string name = session.Name("periods", parsed.GetValue(month)!);
            Show(session, await new Client(await session.AsAsync(Role.Auditor, name)).GetPeriodAsync(new GetPeriodRequest { Name = name }));
        });
    }

    private static Command List(CommandFactory make) => make.Command(
        "list", "列出结过账的月份", "list the months that somebody has begun to close", [make.Limit, make.All], async (session, parsed) =>
    {
        var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
        ListPeriodsResponse list = await make.PagingOf(parsed).AllAsync(
            new ListPeriodsRequest { Parent = session.Region }, page => client.ListPeriodsAsync(page).ResponseAsync);
        Language language = make.Language;
        session.Screen.Show(list, () =>
        {
            session.Screen.Table(
                "", [new(language["月份", "month"]), new(language["状态", "state"]), new(language["编制", "prepared"]),
                    new(language["签字", "signed"]), new(language["重开次数", "reopened"], true)],
                list.Periods.Select(period => (IReadOnlyList<string>)[ResourceNames.Short(period.Name),
                    EnumText.Of(period.State, language), period.PreparedBy, period.ApprovedBy, $"{period.Reopenings.Count}"]));
            session.Screen.More(list.NextPageToken);
        });
    });

    private static Option<string> Day(CommandFactory make) =>
        make.Option("--day", "日期，或首日", "the day, or the first one", required: true);

    private static Option<string> To(CommandFactory make) => make.Option("--to", "末日", "the last day");

    private static Argument<string> DifferenceId(CommandFactory make) =>
        make.Argument("difference", "差异编号，见 period check", "the difference's id, see period check");

    private static string Result(ReportLine line, Language language) => line.Ties ? language["相符", "ties"]
        : line.Gap == ReportGap.Unspecified ? language["不符", "differs"]
        : line is { Gap: ReportGap.StatementMissing, Subject: { Length: > 0 } day }
            ? language[$"银行对账单只到 {day}", $"bank statements end on {day}"]
        : line.Gap == ReportGap.StatementMissing ? language["还没有导入银行对账单", "no bank statement imported yet"]
        : $"{EnumText.Of(line.Gap, language)} {ResourceNames.Short(line.Subject)}".Trim();

    private static string Last(string name) => name.Split('/')[^1];

    private static Argument<string> Month(CommandFactory make) => make.Argument("month", "月份，如 2026-11", "the month, such as 2026-11");

    private static Option<string> Note(CommandFactory make) => make.Option("--note", "原因", "why", required: true);

    private static void Show(Session session, LegDifference difference) => session.Screen.Show(difference, () =>
    {
        Language language = session.Language;
        session.Screen.Facts(
            Last(difference.Name),
            (language["项目", "leg"], EnumText.Of(difference.Leg, language)), (language["账户", "account"], difference.Account),
            (language["单位", "unit"], difference.Unit),
            (language["结果", "result"], difference.Gap == ReportGap.Unspecified ? "" : EnumText.Of(difference.Gap, language)),
            (language["分录", "entry"], ResourceNames.Short(difference.Subject)), (language["负责人", "owner"], difference.Owner));
        session.Screen.Table(
            language["经过", "what happened"],
            [new(language["时间", "time"]), new(language["办理人", "by"]), new(language["负责人", "owner"]), new(language["说明", "note"])],
            difference.History.Select(step => (IReadOnlyList<string>)[TimeText.Of(step.Time), step.By, step.Owner, step.Note]));
    });

    private static void Show(Session session, BooksPeriod period) => session.Screen.Show(period, () =>
    {
        Language language = session.Language;
        session.Screen.Facts(
            ResourceNames.Short(period.Name),
            (language["状态", "state"], EnumText.Of(period.State, language)),
            (language["起止", "days"], $"{TimeText.Of(period.FirstDate)} – {TimeText.Of(period.LastDate)}"),
            (language["编制", "prepared"], $"{period.PreparedBy} {TimeText.Of(period.PrepareTime)}".Trim()),
            (language["签字", "signed"], $"{period.ApprovedBy} {TimeText.Of(period.ApproveTime)}".Trim()),
            (language["分录", "entry"], ResourceNames.Short(period.Entry)));
        foreach (Reopening reopening in period.Reopenings)
        {
            session.Screen.Line(language[
                $"{TimeText.Of(reopening.Time)} {reopening.Actor} 重开：{reopening.Note}",
                $"{TimeText.Of(reopening.Time)} reopened by {reopening.Actor}: {reopening.Note}"]);
        }
        if (period.Statement.Length > 0) session.Screen.Line($"\n{period.Statement.TrimEnd('\n')}");
    });
}
