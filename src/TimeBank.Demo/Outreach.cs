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

    public static IEnumerable<Step> Of() => [new OutreachStep(Calendar.At(Day, 9, 0))];

    /// <summary>How many findings of each kind the run must have, by the cast alone.</summary>
    public static IReadOnlyDictionary<FindingKind, int> Expected(Cast cast)
    {
        DateOnly october = Calendar.Date(1), day = Calendar.Date(Day), next = new DateOnly(day.Year, day.Month, 1).AddMonths(1);
        var found = new Dictionary<FindingKind, int>();
        foreach (ElderPart elder in cast.Elders.Where(elder => elder.Region == Roles.Tianyuan))
        {
            foreach (Func<DateOnly, bool> gets in (Func<DateOnly, bool>[])
                [elder.GetsNationalVoucherOn, elder.GetsMealsOn, elder.GetsHoursOn])
            {
                if (gets(day)) Count(FindingKind.NotIssued);
                if (gets(day) && !gets(next)) Count(FindingKind.Changes);
                if (!gets(day) && gets(october)) Count(FindingKind.Ended);
            }
        }
        return found;

        void Count(FindingKind kind) => found[kind] = found.GetValueOrDefault(kind) + 1;
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
        IReadOnlyDictionary<FindingKind, int> expected = OutreachPlan.Expected(month.Cast);
        foreach (FindingKind kind in Enum.GetValues<FindingKind>().Where(kind => kind != FindingKind.Unspecified))
        {
            Expect($"服务找人·{EnumText.Of(kind, Language.Chinese)}：查到 = 计划",
                $"services find people, {EnumText.Of(kind, Language.English)}: found = planned",
                list.Findings.Count(one => one.Kind == kind), expected.GetValueOrDefault(kind));
        }
    }
}
