using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf.Collections;
using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>
/// Services find people: early in November, whose amounts nobody has issued yet, the finance office looks for whom it owes something, and
/// whom it will owe nothing any more.
/// </summary>
internal static class OutreachPlan
{
    /// <summary>3 November, before the first batch.</summary>
    public const int Day = 34;

    private const int NoticeDay = 33;

    public static IEnumerable<Step> Of(CounterCast counter) =>
        [new ImportNoticesStep(counter.Notices, Calendar.At(NoticeDay, 15, 0)), new OutreachStep(Calendar.At(Day, 9, 0))];

    /// <summary>How many findings of each kind the run must have, by the plan alone.</summary>
    public static IReadOnlyDictionary<FindingKind, int> Expected(Month month)
    {
        Dictionary<string, NoticeKind> reported = month.Counter.Notices.ToDictionary(notice => notice.Elder.Key, notice => notice.Kind);
        DateOnly october = Calendar.Date(1), day = Calendar.Date(Day), next = new DateOnly(day.Year, day.Month, 1).AddMonths(1);
        var found = new Dictionary<FindingKind, int>();
        foreach (ElderPart elder in month.Cast.Elders.Where(elder => elder.Region == Roles.Tianyuan))
        {
            NoticeKind notice = reported.GetValueOrDefault(elder.Key);
            // A death counts at once, what may take a right away from the month after its report on; the benefit excludes one programme.
            bool died = notice == NoticeKind.Deceased, leaves = died || notice == NoticeKind.Left;
            foreach ((Func<DateOnly, bool> gets, bool isExcluded) in ((Func<DateOnly, bool>, bool)[])
                [
                    (elder.GetsNationalVoucherOn, notice == NoticeKind.BenefitBegun), (elder.GetsMealsOn, false),
                    (elder.GetsBathsOn, false), (elder.GetsHoursOn, false),
                ])
            {
                bool now = gets(day) && !died, later = gets(next) && !leaves && !isExcluded;
                if (now) Count(FindingKind.NotIssued);
                if (now && !later) Count(FindingKind.Changes);
                if (!now && gets(october)) Count(FindingKind.Ended);
            }
        }
        return found;

        void Count(FindingKind kind) => found[kind] = found.GetValueOrDefault(kind) + 1;
    }
}

/// <summary>Counter staff bring in what another office reported, from its file.</summary>
internal sealed record ImportNoticesStep(ImmutableArray<NoticePart> Notices, DateTimeOffset At) : Step("notices", At, "outreach")
{
    public const string Source = "demo-civil-affairs";

    public override async Task PlayAsync(Stage stage, string requestId)
    {
        IEnumerable<string> rows = Notices.Select((notice, at) =>
        {
            string elder = stage.Names[notice.Elder.Key].Split('/')[^1], kind = EnumText.ShortOf(notice.Kind),
                benefit = notice.Benefit == Benefit.Unspecified ? "" : EnumText.ShortOf(notice.Benefit);
            return string.Create(CultureInfo.InvariantCulture, $"DEMO-N-{at + 1},{elder},{kind},{notice.Day:yyyy-MM-dd},{benefit}");
        });
        using var file = new StringReader(string.Join('\n', rows.Prepend("id,elder,status,date,benefit")));
        (List<NoticeLine> lines, _) = NoticeFile.Read(file, Roles.Tianyuan);
        var request = new ImportNoticesRequest { RequestId = requestId, Parent = Roles.Parent(Roles.Tianyuan), Source = Source };
        request.Lines.Add(lines);
        ImportNoticesResponse answer =
            await new ElderService.ElderServiceClient(await stage.StaffAsync(Role.Counter)).ImportNoticesAsync(request);
        if (answer.Recorded + answer.Known != Notices.Length) throw new StepException(
            Key, $"应全部记入：{answer}", $"all of it should have been recorded: {answer}");
    }
}

/// <summary>A dry run, and the run itself, which finds the same.</summary>
internal sealed record OutreachStep(DateTimeOffset At) : Step("outreach", At, "outreach")
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        var client = new ElderService.ElderServiceClient(await stage.StaffAsync(Role.FinanceMaker));
        string parent = Roles.Parent(Roles.Tianyuan);
        // A month that is played again finds the run of its day; a dry run of today would find something else.
        bool isFirst = (await client.ListOutreachRunsAsync(new ListOutreachRunsRequest { Parent = parent, PageSize = 1 })).Runs.Count == 0;
        RepeatedField<FindingCount>? tried = isFirst ? (await RunAsync(validateOnly: true)).Findings : null;
        RepeatedField<FindingCount> found = (await RunAsync(validateOnly: false)).Findings;
        if (tried?.Equals(found) == false) throw new StepException(
            Key, $"试算查到 {tried}，实际查到 {found}。", $"the dry run found {tried}, and the run {found}.");

        async Task<RunSummary> RunAsync(bool validateOnly)
        {
            using var run = client.RunOutreach(
                new RunOutreachRequest { RequestId = requestId, Parent = parent, ValidateOnly = validateOnly });
            return (await Runs.LastAsync(run, stage.Cancellation)).Summary;
        }
    }
}

/// <content>Whom the outreach run found.</content>
internal sealed partial class MonthFigures
{
    /// <summary>The latest run's findings by kind; none if nobody has looked.</summary>
    public List<FindingCount> Findings { get; } = [];

    private async Task ReadOutreachAsync(Stage stage, Month? month)
    {
        var client = new ElderService.ElderServiceClient(await stage.StaffAsync(Role.Auditor));
        OutreachRun? run = (await client.ListOutreachRunsAsync(
            new ListOutreachRunsRequest { Parent = Roles.Parent(Roles.Tianyuan), PageSize = 1 })).Runs.FirstOrDefault();
        if (run is null) return;
        Findings.AddRange(run.Findings);
        ListOutreachFindingsResponse list = await new Paging(int.MaxValue).AllAsync(
            new ListOutreachFindingsRequest { Run = run.Name }, page => client.ListOutreachFindingsAsync(page).ResponseAsync);
        Expect("服务找人：逐条列出 = 查到", "services find people: findings listed = found",
            list.Findings.Count, run.Findings.Sum(count => count.Count));
        if (month is null) return;
        IReadOnlyDictionary<FindingKind, int> expected = OutreachPlan.Expected(month);
        foreach (FindingKind kind in Enum.GetValues<FindingKind>().Where(kind => kind != FindingKind.Unspecified))
        {
            Expect($"服务找人·{EnumText.Of(kind, Language.Chinese)}：查到 = 计划",
                $"services find people, {EnumText.Of(kind, Language.English)}: found = planned",
                list.Findings.Count(one => one.Kind == kind), expected.GetValueOrDefault(kind));
        }
    }
}
