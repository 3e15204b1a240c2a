using Google.Protobuf.Collections;
using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>
/// Services find people: on the day from which unused vouchers are an alert, the finance office looks for whom it should ask.
/// </summary>
internal static class OutreachPlan
{
    /// <summary>The shipped policy's <c>vouchers.unusedAlertDayOfMonth</c>.</summary>
    public const int Day = 20;

    private static readonly DateTimeOffset At = Calendar.At(Day, 9, 0);

    public static IEnumerable<Step> Of() => [new OutreachStep(At)];

    /// <summary>How many findings of each kind the run must have, by the cast and the steps before it alone.</summary>
    public static IReadOnlyDictionary<FindingKind, int> Expected(Month month)
    {
        DateOnly first = Calendar.Date(1), day = Calendar.Date(Day), next = Calendar.Date(Calendar.Days + 1);
        HashSet<string> used =
        [
            .. month.Steps.Where(step => step.At < At && step.RefusedAs is null).Select(step => step switch
            {
                RedeemStep redemption => Key(redemption.Programme, redemption.Elder),
                // Nobody need ask why a voucher that staff voided is not used.
                VoidStep end => Key(end.Programme, end.Elder),
                _ => "",
            }),
        ];
        var found = new Dictionary<FindingKind, int>();
        foreach (ElderPart elder in month.Cast.Elders.Where(elder => elder.Region == Roles.Tianyuan))
        {
            foreach ((string programme, Func<DateOnly, bool> gets) in new (string, Func<DateOnly, bool>)[]
            {
                (Roles.National, elder.GetsNationalVoucherOn), (Roles.Meals, elder.GetsMealsOn), ("", elder.GetsHoursOn),
            })
            {
                bool isIssued = gets(first);
                if (gets(day) && !isIssued) Count(FindingKind.NotIssued);
                if (gets(day) && !gets(next)) Count(FindingKind.Changes);
                if (!gets(day) && isIssued) Count(FindingKind.Ended);
                if (isIssued && programme.Length > 0 && !used.Contains(Key(programme, elder.Key))) Count(FindingKind.NotUsed);
            }
        }
        return found;

        void Count(FindingKind kind) => found[kind] = found.GetValueOrDefault(kind) + 1;
    }

    private static string Key(string programme, string elder) => $"{programme}/{elder}";
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
