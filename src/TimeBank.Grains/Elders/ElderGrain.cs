using System.Globalization;
using Orleans.Runtime;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <inheritdoc cref="IElderGrain"/>
public sealed class ElderGrain([PersistentState(ElderState.Kind, GrainStorageNames.TimeBank)] IPersistentState<ElderState> state, ILedgerReader journal, BusinessClock clock)
    : WorkflowGrain<ElderState>(state, clock), IElderGrain
{
    private const string RunDetail = "run";

    private OpaqueId Id => OpaqueId.Parse(LocalKey);

    private DateOnly Month => new(Today.Year, Today.Month, 1);

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

    public async Task<HoursMessage?> HoursAsync() =>
        Exists ? HoursView.Of(await Ledger.HoursAsync(Id), Minutes.Zero, (await GrainFactory.PolicyAsync(Region, Today)).Hours) : null;

    public async Task<Reply<EntitledHoursMessage>> EntitledHoursAsync(DateOnly month)
    {
        if (!Exists) return Reason.ElderNotFound;
        // The facts of today decide for this month and those to come, those of its last day for a month gone by.
        DateOnly day = month < Month ? month.AddMonths(1).AddDays(-1) : month == Month ? Today : month;
        Policy policy = await GrainFactory.PolicyAsync(Region, day);
        Entitlement entitlement = IssuedHoursRule.Judge(Facts, day, policy);
        (_, Outcome? issued) = await Ledger.AttemptAsync(attempt => IssueId(month, attempt));
        return issued?.Entry is { } entry
            ? new EntitledHoursMessage(entry.Transfers[0].Posted, Issued: true, Reason.None)
            : new EntitledHoursMessage(entitlement.Amount, Issued: false, Refused(entitlement, day, policy)?.Reason ?? Reason.None);
    }

    public async Task<Reply<IssuedHoursMessage>> IssueHoursAsync(IssueHoursMessage run)
    {
        if (!Exists) return Reason.ElderNotFound;
        (int attempt, Outcome? outcome) = await Ledger.AttemptAsync(number => IssueId(run.Month, number));
        if (outcome is null)
        {
            if (run.Month != Month) return Reason.MonthNotCurrent;
            Reply<EndedHoursMessage> ended = await EndHoursAsync(run.Run);
            if (ended.Refusal is { } notEnded) return notEnded;
            // Not remembered: an elder who isn't entitled today may be so before the month is over.
            Policy policy = await GrainFactory.PolicyAsync(Region, Today);
            Entitlement entitlement = IssuedHoursRule.Judge(Facts, Today, policy);
            if (Refused(entitlement, Today, policy) is { } refused) return refused;
            outcome = await Ledger.DecideAsync(HourEntries.Issue(Header(run.Run, IssueId(run.Month, attempt), policy), Id, new Minutes(entitlement.Amount)), run.Run.ValidateOnly);
            if (outcome.Refusal is { } refusal) return refusal;
        }
        return outcome.Entry!.Detail(RunDetail) == run.Run.Id.ToString() ? new IssuedHoursMessage(outcome.Entry.Transfers[0].Posted) : Reason.AlreadyIssued;
    }

    public async Task<Reply<EndedHoursMessage>> EndHoursAsync(Command run)
    {
        if (!Exists) return Reason.ElderNotFound;
        Policy policy = await GrainFactory.PolicyAsync(Region, Today);
        AccountPath path = Chart.PersonHours(Id, HoursOrigin.Issued).Path;
        while (true)
        {
            if ((await Ledger.AccountsAsync(new AccountPathsMessage([path.Text]))).Find(path) is not { } issued) return new EndedHoursMessage(0);
            // What lies before this month no longer changes, so it may be read beside the writer.
            Counters before = await journal.CountersBeforeAsync(Region, issued.Number, LedgerTime.From(ChinaTime.StartOf(Month)), CancellationToken.None);
            Minutes left = EndedHours.Of(before, issued.Counters);
            if (left == Minutes.Zero) return new EndedHoursMessage(0);

            // The debits so far name this look: two runs that see the same end the hours once, and hours given back later are ended by the next.
            EntryId Look(int attempt) => Named($"end-hours {Month:yyyy-MM} {issued.Counters.DebitsPosted} {attempt}");
            (int attempt, Outcome? outcome) = await Ledger.AttemptAsync(Look);
            outcome ??= await Ledger.DecideAsync(HourEntries.Expire(Header(run, Look(attempt), policy), Id, left), run.ValidateOnly);
            // An order may have held some of them since they were looked at: look again.
            if (outcome.Refusal?.Reason == Reason.InsufficientBalance) continue;
            return outcome.Refusal is { } refusal ? refusal : new EndedHoursMessage(outcome.Entry!.Transfers[0].Posted);
        }
    }

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
        : State.Assessments.Count > 0 && State.Assessments.Max(other => other.Day) is var last && day < last ? Refusal.Of(Reason.AssessmentOutdated, ("date", $"{last:yyyy-MM-dd}"))
        : null;

    private Refusal? Refused(Entitlement entitlement, DateOnly day, Policy policy) => entitlement.IsGranted ? null
        : entitlement.Reason == EntitlementReason.AssessmentExpired && Facts.AssessmentOn(day) is { } last
            ? Refusal.Of(Reason.AssessmentExpired, ("date", $"{last.LastDay(policy.Ability):yyyy-MM-dd}"))
        : new Refusal(Reason.ElderNotEntitled);

    /// <summary>The same for every run of the month, so that nothing is issued twice.</summary>
    private EntryId IssueId(DateOnly month, int attempt) => Named($"issue-hours {month:yyyy-MM} {attempt}");

    private EntryId Named(string step) => EntryId.Of("elder", Guid.Empty, $"{LocalKey} {step}");

    /// <summary>The run stands in the details and not in the digest: another run of the month is no conflict.</summary>
    private EntryHeader Header(Command run, EntryId id, Policy policy) => run.Header(id, Today, policy.Version.ToString(), (RunDetail, run.Id.ToString())) with
    {
        Command = Digest.Of(id.ToArray()),
    };
}
