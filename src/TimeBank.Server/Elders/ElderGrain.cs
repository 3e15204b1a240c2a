using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <inheritdoc cref="IElderGrain"/>
public sealed class ElderGrain(
    [PersistentState(ElderState.Kind, GrainStorageNames.TimeBank)] IPersistentState<ElderState> state,
    HourSettlement settlement, ILedgerReader journal, BusinessClock clock)
    : WorkflowGrain<ElderState>(state, clock), IElderGrain
{
    private OpaqueId Id => OpaqueId.Parse(LocalKey);

    private DateOnly Month => FirstOf(Today);

    public async Task<Reply<ElderMessage>> RegisterAsync(RegisterElderMessage registration)
    {
        Policy policy = await GrainFactory.PolicyAsync(Region, Today);
        int fromAge = policy.Vouchers.National.FromAge;
        Refusal? refusal = Age.On(registration.BirthDate, Today) < fromAge
            ? Refusal.Of(Reason.ElderTooYoung, ("age", fromAge.ToString(CultureInfo.InvariantCulture)))
            : null;
        refusal = await OnceAsync(registration.Command, () => refusal, () =>
        {
            State.DisplayName = registration.DisplayName;
            State.BirthDate = registration.BirthDate;
            State.Difficulties = registration.Difficulties;
            State.Registered = Today;
        });
        return refusal is null ? View() : refusal;
    }

    public async Task<Reply<ElderMessage>> RecordAssessmentAsync(RecordAssessmentMessage assessment)
    {
        AssessmentMessage made = assessment.Assessment;
        Refusal? refusal = await OnceAsync(assessment.Command, () => AssessmentRefusal(made.Day), () =>
        {
            // One that a retry brings late, after a later one was recorded, doesn't change what holds now.
            bool isLatest = State.Assessments.All(other => other.Day <= made.Day);
            State.Assessments.Add(new AssessmentState(made.Points, made.Day, made.Region));
            if (isLatest) State.Difficulties = assessment.Difficulties;
        });
        return refusal is null ? View() : refusal;
    }

    public Task<ElderMessage?> GetAsync() => Task.FromResult(Exists ? View() : null);

    public async Task<HoursMessage?> HoursAsync()
    {
        if (!Exists) return null;
        Policy policy = await GrainFactory.PolicyAsync(Region, Today);
        return HoursView.Of(await settlement.HoursAsync(Region, Id), Minutes.Zero, policy.Hours);
    }

    public async Task<Reply<EntitledHoursMessage>> EntitledHoursAsync(DateOnly month)
    {
        if (!Exists) return Reason.ElderNotFound;
        // The facts of today decide for this month and those to come, those of its last day for a month gone by.
        DateOnly day = month < Month ? month.AddMonths(1).AddDays(-1) : month == Month ? Today : month;
        Policy policy = await GrainFactory.PolicyAsync(Region, day);
        Entitlement entitlement = IssuedHoursRule.Judge(Facts, day, policy);
        (_, JournalEntry? issued, _) = await IssueOfAsync(month);
        return issued is { } entry
            ? new EntitledHoursMessage(entry.Transfers[0].Posted, Issued: true, Reason.None)
            : new EntitledHoursMessage(entitlement.Amount, Issued: false, Refused(entitlement, day, policy)?.Reason ?? Reason.None);
    }

    public async Task<Reply<IssuedHoursMessage>> IssueHoursAsync(IssueHoursMessage run)
    {
        if (!Exists) return Reason.ElderNotFound;
        DateOnly day = run.Day ?? Today;
        (int attempt, JournalEntry? issue, ImmutableArray<JournalEntry> reversed) = await IssueOfAsync(run.Month);
        // A run that is called again answers as it did, and doesn't give what was taken back since.
        if (reversed.FirstOrDefault(entry => IsOf(run.Run, entry)) is { } back) return new IssuedHoursMessage(back.Transfers[0].Posted);
        if (issue is null)
        {
            if (run.Month != FirstOf(day)) return Reason.MonthNotCurrent;
            Reply<EndedHoursMessage> ended = await EndHoursAsync(run.Run);
            if (ended.Refusal is { } notEnded) return notEnded;
            // Not remembered: an elder who isn't entitled today may be so before the month is over.
            Policy policy = await GrainFactory.PolicyAsync(Region, day);
            Entitlement entitlement = IssuedHoursRule.Judge(Facts, day, policy);
            if (State.Registered > day) return Reason.ElderNotEntitled;
            if (Refused(entitlement, day, policy) is { } refused) return refused;
            EntryHeader header = Header(run.Run, IssueId(run.Month, attempt), day, policy);
            Proposal proposal = HourEntries.Issue(header, Id, new Minutes(entitlement.Amount));
            Outcome outcome = await Ledger.DecideAsync(proposal, run.Run.ValidateOnly);
            if (outcome.Refusal is { } refusal) return refusal;
            issue = outcome.Entry!;
        }
        // What a run issues when its month is over has ended with it.
        if (run.Month < Month && (await EndHoursAsync(run.Run)).Refusal is { } notOver) return notOver;
        return IsOf(run.Run, issue) ? new IssuedHoursMessage(issue.Transfers[0].Posted) : Reason.AlreadyIssued;
    }

    public async Task<Reply<EndedHoursMessage>> EndHoursAsync(Command run) =>
        Exists ? await settlement.EndHoursAsync(Region, Id, run) : Reason.ElderNotFound;

    public async Task<Reply<GrantedHoursMessage>> GrantAsync(GrantHoursMessage grant)
    {
        Policy policy = await GrainFactory.PolicyAsync(Region, Today);
        Refusal? unknown = Exists ? null : new Refusal(Reason.ElderNotFound);
        Proposal Propose() => HourEntries.Grant(grant.Command.Header(Today, policy.Version.ToString()), Id, new Minutes(grant.Minutes));
        if (!grant.Command.ValidateOnly) return Granted(await Ledger.DecideAsync(grant.Command, Today, unknown, Propose), null);
        Trial trial = await Ledger.TryAsync(grant.Command, Today, unknown, Propose);
        return Granted(trial.Outcome, trial.Accounts.FirstOrDefault(account => account.Path == Chart.DonatedPool().Path)?.Balance);
    }

    private static Reply<GrantedHoursMessage> Granted(Outcome outcome, long? poolRemaining) =>
        outcome.Refusal is { } refusal ? refusal : new GrantedHoursMessage(outcome.Entry!.Index, poolRemaining);

    private ElderMessage View() => State.ToMessage(LocalKey);

    private ElderFacts Facts => View().Facts(Region);

    private Refusal? AssessmentRefusal(DateOnly day) =>
        !Exists ? new Refusal(Reason.ElderNotFound)
        : day > Today ? new Refusal(Reason.AssessmentInFuture)
        : State.Assessments.Count > 0 && State.Assessments.Max(other => other.Day) is var last && day < last
        ? Refusal.Of(Reason.AssessmentOutdated, ("date", $"{last:yyyy-MM-dd}"))
        : null;

    private Refusal? Refused(Entitlement entitlement, DateOnly day, Policy policy) => entitlement.IsGranted ? null
        : entitlement.Reason == EntitlementReason.AssessmentExpired && Facts.AssessmentOn(day) is { } last
            ? Refusal.Of(Reason.AssessmentExpired, ("date", $"{last.LastDay(policy.Ability):yyyy-MM-dd}"))
        : new Refusal(Reason.ElderNotEntitled);

    /// <summary>The same for every run of the month, so that nothing is issued twice.</summary>
    private EntryId IssueId(DateOnly month, int attempt) => Named($"issue-hours {month:yyyy-MM} {attempt}");

    /// <summary>
    /// The issue of a month that stands, or else the attempt that would be the next one: of a row of ids the first that wasn't refused, and
    /// whose entry wasn't reversed.
    /// </summary>
    /// <returns>Also the issues before it that were reversed.</returns>
    private async Task<(int Attempt, JournalEntry? Issue, ImmutableArray<JournalEntry> Reversed)> IssueOfAsync(DateOnly month)
    {
        ImmutableArray<JournalEntry> reversed = [];
        for (int from = 0; ;)
        {
            (int attempt, Outcome? outcome) = await Ledger.AttemptAsync(number => IssueId(month, number), from);
            if (outcome?.Entry is not { } entry || !await IsReversedAsync(entry)) return (attempt, outcome?.Entry, reversed);
            reversed = reversed.Add(entry);
            from = attempt + 1;
        }
    }

    private async Task<bool> IsReversedAsync(JournalEntry entry)
    {
        var any = new EntryFilter();
        IReadOnlyList<LinkedEntry> found = await journal.EntriesAsync(Region, any, entry.Index + 1, 1, CancellationToken.None);
        return found is [{ ReversedBy: not null } linked] && linked.Entry.Index == entry.Index;
    }

    private static bool IsOf(Command run, JournalEntry issue) => issue.Detail(HourSettlement.RunDetail) == run.Id.ToString();

    private static DateOnly FirstOf(DateOnly day) => new(day.Year, day.Month, 1);

    private EntryId Named(string step) => EntryId.Of("elder", Guid.Empty, $"{LocalKey} {step}");

    /// <summary>The run stands in the details and not in the digest: another run of the month is no conflict.</summary>
    private static EntryHeader Header(Command run, EntryId id, DateOnly day, Policy policy) =>
        run.Header(id, day, policy.Version.ToString(), (HourSettlement.RunDetail, run.Id.ToString())) with
        {
            Command = Digest.Of(id.ToArray()),
        };
}
