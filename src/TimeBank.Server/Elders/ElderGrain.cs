using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <inheritdoc cref="IElderGrain"/>
public sealed partial class ElderGrain(
    [PersistentState(ElderState.Kind, GrainStorageNames.TimeBank)] IPersistentState<ElderState> state,
    DueHours due, ILedgerReader ledger, DayRules rules, BusinessClock clock, Vault vault)
    : WorkflowGrain<ElderState>(state, clock), IElderGrain
{
    /// <summary>The source of what an assessment reports of difficulties; its key is the assessment's request id.</summary>
    private const string AssessmentSource = "assessment";

    private OpaqueId Id => OpaqueId.Parse(LocalKey);

    private DateOnly Month => FirstOf(Today);

    private DetailsVault Sealed => new(vault, new VaultParty(Region, PersonCalls.Elders + LocalKey));

    public async Task<Reply<ElderRecord>> RegisterAsync(
        Command command, string displayName, DateOnly birthDate, Difficulties difficulties, PersonDetails? details = null)
    {
        if (Sealed.IsAnother(State.Details, command, details, State)) return Reason.RequestIdReused;
        // Sealed before anything is written, since it may fail.
        SealedDetails? sealedDetails = Sealed.Seal(State.Details, command, details);
        Policy policy = await rules.PolicyAsync(Region, Today);
        int fromAge = policy.Vouchers.National.FromAge;
        Refusal? refusal = Age.On(birthDate, Today) < fromAge
            ? Refusal.Of(Reason.ElderTooYoung, ("age", fromAge.ToString(CultureInfo.InvariantCulture)))
            : null;
        refusal = await OnceAsync(command, () => refusal, () =>
        {
            State.DisplayName = displayName;
            State.BirthDate = birthDate;
            State.Difficulties = difficulties;
            State.Registered = Today;
            State.Details = sealedDetails;
        });
        return refusal is null ? View() : refusal;
    }

    public async Task<Reply<PersonDetails>> SetDetailsAsync(Command command, PersonDetails details)
    {
        if (Sealed.IsAnother(State.Details, command, details, State)) return Reason.RequestIdReused;
        SealedDetails? sealedDetails = Sealed.Seal(State.Details, command, details);
        Refusal? refusal = await OnceAsync(
            command, () => Exists ? null : new Refusal(Reason.ElderNotFound), () => State.Details = sealedDetails);
        return refusal is null ? Sealed.Open(State.Details) ?? PersonDetails.None : refusal;
    }

    public Task<PersonDetails?> DetailsAsync() => Task.FromResult(Sealed.Open(Stored.Details));

    public async Task<Reply<ElderRecord>> RecordAssessmentAsync(Command command, AssessmentRecord assessment, Difficulties difficulties)
    {
        Refusal? refusal = await OnceAsync(command, () => AssessmentRefusal(assessment.Day), () =>
        {
            // A retry may bring an assessment after a later one was recorded: then the difficulties of the later one stay.
            bool isLatest = State.Assessments.All(other => other.Day <= assessment.Day);
            State.Assessments.Add(assessment with { Recorded = Today });
            // What it changes has its day, as a notice of it has.
            if (isLatest)
                foreach (Difficulties one in (State.Difficulties ^ difficulties).Each()) Add(Changed(one, difficulties.HasFlag(one)));
        });
        return refusal is null ? View() : refusal;

        NoticeRecord Changed(Difficulties one, bool begins) => new(
            begins ? ElderNoticeKind.DifficultyBegun : ElderNoticeKind.DifficultyEnded, assessment.Day, Today, Benefits.None, "",
            AssessmentSource, command.RequestId.ToString(), command.Actor, one);
    }

    public Task<Reply<RecordedNotice>> RecordNoticeAsync(Command line, NoticeRecord notice) =>
        line.IsDryRun ? DryRunAsync(() => RecordOnceAsync(line, notice)) : RecordOnceAsync(line, notice);

    private async Task<Reply<RecordedNotice>> RecordOnceAsync(Command line, NoticeRecord notice)
    {
        bool isKnown = State.HasDone(line, out _);
        Refusal? refusal = await OnceAsync(line, () => Exists ? null : new Refusal(Reason.ElderNotFound), () => Add(notice));
        return refusal is null ? new RecordedNotice(!isKnown) : refusal;
    }

    private void Add(NoticeRecord notice)
    {
        if (notice.Difficulty is not null) State.DifficultiesBefore ??= State.Difficulties;
        (State.Notices ??= []).Add(notice);
        ElderFacts facts = Facts;
        // By then everything that is known today counts.
        DateOnly next = Month.AddMonths(1);
        (State.Status, State.Difficulties) = (facts.StatusOn(next), facts.DifficultiesOn(next));
    }

    public Task<ElderRecord?> GetAsync() => Task.FromResult(Exists ? Stored.ToRecord(Id) : null);

    public async Task<PersonHours?> HoursAsync()
    {
        if (!Exists) return null;
        Policy policy = await rules.PolicyAsync(Region, Today);
        return HoursContract.Of(await due.HoursAsync(Region, Id), Minutes.Zero, policy.Hours);
    }

    public async Task<Reply<EntitledHours>> EntitledHoursAsync(DateOnly month)
    {
        if (!Exists) return Reason.ElderNotFound;
        // Judge a past month by its last day, this month by today, and a future month by its first day.
        DateOnly day = month < Month ? month.AddMonths(1).AddDays(-1) : month == Month ? Today : month;
        Policy policy = await rules.PolicyAsync(Region, day);
        Entitlement entitlement = IssuedHoursRule.Judge(Facts, day, policy);
        (_, JournalEntry? issued, _) = await IssueOfAsync(month);
        return issued is { } entry
            ? new EntitledHours(entry.Transfers[0].Posted, Issued: true, Reason.None)
            : new EntitledHours(entitlement.Amount, Issued: false, entitlement.Refusal?.Reason ?? Reason.None);
    }

    public async Task<Reply<long>> IssueHoursAsync(Command run, DateOnly month, DateOnly? judged = null)
    {
        if (!Exists) return Reason.ElderNotFound;
        DateOnly day = judged ?? Today;
        (int attempt, JournalEntry? issue, ImmutableArray<JournalEntry> reversed) = await IssueOfAsync(month);
        // A run that is called again gives its first answer. It does not issue again hours that staff have reversed since.
        if (reversed.FirstOrDefault(entry => IsOf(run, entry)) is { } back) return back.Transfers[0].Posted;
        if (issue is null)
        {
            if (month != FirstOf(day)) return RunDays.NotCurrent(day);
            Reply<long> ended = await EndHoursAsync(run);
            if (ended.Refusal is { } notEnded) return notEnded;
            // The writer does not remember this refusal: the elder may become entitled before the month is over.
            Policy policy = await rules.PolicyAsync(Region, day);
            Entitlement entitlement = IssuedHoursRule.Judge(Facts, day, policy);
            if (State.Registered > day) return Reason.ElderNotEntitled;
            if (entitlement.Refusal is { } refused) return refused;
            EntryHeader header = Header(run, IssueId(month, attempt), day, policy);
            Proposal proposal = HourEntries.Issue(header, Id, new Minutes(entitlement.Amount));
            Outcome outcome = await Writer.DecideAsync(proposal, run.IsDryRun);
            if (outcome.Refusal is { } refusal) return refusal;
            issue = outcome.Entry!;
        }
        // A run that issues after its month's end issues hours that have ended already: end them now.
        if (month < Month && (await EndHoursAsync(run)).Refusal is { } notOver) return notOver;
        return IsOf(run, issue) ? issue.Transfers[0].Posted : Reason.AlreadyIssued;
    }

    public async Task<Reply<long>> EndHoursAsync(Command run) =>
        Exists ? await due.EndHoursAsync(Region, Id, run) : Reason.ElderNotFound;

    public async Task<Reply<GrantedHours>> GrantAsync(Command command, long minutes)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? unknown = Exists ? null : new Refusal(Reason.ElderNotFound);
        Proposal Propose() => HourEntries.Grant(command.Header(Today, policy.Version.ToString()), Id, new Minutes(minutes));
        if (!command.IsDryRun) return Granted(await Writer.DecideAsync(command, Today, unknown, Propose), null);
        DryRun dryRun = await Writer.DryRunAsync(command, Today, unknown, Propose);
        return Granted(dryRun.Outcome, dryRun.Accounts.FirstOrDefault(account => account.Path == Chart.DonatedPool().Path)?.Balance);
    }

    public Task<Reply<PrepaymentView>> AgreePrepaymentAsync(Command command, OpaqueId agreement) =>
        GrainFactory.GetGrain<IPrepaymentGrain>(Region, agreement).AgreeAsync(command);

    private static Reply<GrantedHours> Granted(Outcome outcome, long? poolRemaining) =>
        outcome.Refusal is { } refusal ? refusal : new GrantedHours(outcome.Entry!.Index, poolRemaining);

    private ElderRecord View() => State.ToRecord(Id);

    private ElderFacts Facts => View().Facts(Region);

    private Refusal? AssessmentRefusal(DateOnly day) =>
        !Exists ? new Refusal(Reason.ElderNotFound)
        : day > Today ? new Refusal(Reason.AssessmentInFuture)
        : State.Assessments.Count > 0 && State.Assessments.Max(other => other.Day) is var last && day < last
        ? Refusal.Of(Reason.AssessmentOutdated, ("date", $"{last:yyyy-MM-dd}"))
        : null;

    /// <summary>Every run of the month makes the same id, so the writer accepts one issue only.</summary>
    private EntryId IssueId(DateOnly month, int attempt) => Named($"issue-hours {month:yyyy-MM} {attempt}");

    /// <summary>
    /// Finds the month's issue. Attempts have numbered ids: skips those that the writer refused or staff reversed. Without an issue,
    /// returns the number for the next attempt.
    /// </summary>
    /// <returns>Also the month's reversed issues.</returns>
    private async Task<(int Attempt, JournalEntry? Issue, ImmutableArray<JournalEntry> Reversed)> IssueOfAsync(DateOnly month)
    {
        ImmutableArray<JournalEntry> reversed = [];
        for (int from = 0; ;)
        {
            (int attempt, Outcome? outcome) = await Writer.AttemptAsync(number => IssueId(month, number), from);
            if (outcome?.Entry is not { } entry || !await IsReversedAsync(entry)) return (attempt, outcome?.Entry, reversed);
            reversed = reversed.Add(entry);
            from = attempt + 1;
        }
    }

    private async Task<bool> IsReversedAsync(JournalEntry entry)
    {
        var any = new EntryFilter();
        IReadOnlyList<LinkedEntry> found = await ledger.EntriesAsync(Region, any, entry.Index + 1, 1, CancellationToken.None);
        return found is [{ ReversedBy: not null } linked] && linked.Entry.Index == entry.Index;
    }

    private static bool IsOf(Command run, JournalEntry issue) => issue.Detail(DueHours.RunDetail) == run.Id.ToString();

    private static DateOnly FirstOf(DateOnly day) => new(day.Year, day.Month, 1);

    private EntryId Named(string step) => EntryId.Of("elder", Guid.Empty, $"{LocalKey} {step}");

    /// <summary>The run's id is in the details and not in the digest, so another run of the month does not conflict.</summary>
    private static EntryHeader Header(Command run, EntryId id, DateOnly day, Policy policy) =>
        run.Header(id, day, policy.Version.ToString(), (DueHours.RunDetail, run.Id.ToString())) with
        {
            RequestDigest = Digest.Of(id.ToArray()),
        };
}

/// <summary>An elder, as the grain answers it.</summary>
/// <param name="Difficulties">As reported last, whether a change counts already or from the next month; so is the status.</param>
/// <param name="DifficultiesBefore">Those before the first change that has a day; null where there was none.</param>
/// <param name="HasDetails">Whether somebody said a number of identity, a telephone or an address.</param>
[GenerateSerializer, Immutable, Alias("timebank.elder-view")]
public sealed record ElderRecord(
    [property: Id(0)] OpaqueId Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] DateOnly Registered,
    [property: Id(4)] Difficulties Difficulties,
    [property: Id(5)] ImmutableArray<AssessmentRecord> Assessments,
    [property: Id(6)] ElderStatus Status,
    [property: Id(7)] ImmutableArray<NoticeRecord> Notices,
    [property: Id(8)] Difficulties? DifficultiesBefore = null,
    [property: Id(9)] bool HasDetails = false)
{
    /// <summary>The facts that the entitlement rules judge an elder by.</summary>
    /// <param name="home">The region that registered the elder.</param>
    public ElderFacts Facts(RegionCode home) => new(
        BirthDate, home, DifficultiesBefore ?? Difficulties,
        [.. Assessments.Select(assessment => new Assessment(assessment.Points, assessment.Day, RegionCode.Parse(assessment.Region))
        {
            Recorded = assessment.Recorded ?? assessment.Day, Changes = assessment.Changes ?? GradeChanges.None,
        })])
    {
        // A server of the build before notices answers without them.
        Notices = Notices.IsDefault ? [] : [.. Notices.Select(notice => notice.ToNotice())],
    };
}

/// <summary>The stored state of an elder's grain.</summary>
public sealed class ElderState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps elders and lists find them. Stored: never change it.</summary>
    public const string Kind = "elder";

    /// <summary>The day of registration in the stored state.</summary>
    public const string RegisteredPath = "registered";

    /// <summary>The name in the stored state.</summary>
    public const string NamePath = "displayName";

    /// <summary>The status in the stored state.</summary>
    public const string StatusPath = "status";

    [JsonPropertyName(NamePath)]
    public string DisplayName { get; set; } = "";

    [JsonPropertyName("birthDate")]
    public DateOnly BirthDate { get; set; }

    [JsonPropertyName(RegisteredPath)]
    public DateOnly Registered { get; set; }

    [JsonPropertyName(StatusPath)]
    public ElderStatus Status { get; set; }

    /// <summary>As reported last.</summary>
    [JsonPropertyName("difficulties")]
    public Difficulties Difficulties { get; set; }

    /// <summary>
    /// Those before the first change that <see cref="Notices"/> has; null where there was none. Builds before this member kept no days of
    /// changes: what they stored counts since the registration.
    /// </summary>
    [JsonPropertyName("difficultiesBefore"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Difficulties? DifficultiesBefore { get; set; }

    /// <summary>All assessments, in the order in which the grain recorded them.</summary>
    [JsonPropertyName("assessments")]
    public List<AssessmentRecord> Assessments { get; set; } = [];

    /// <summary>What was reported, in that order; null where nothing was.</summary>
    [JsonPropertyName("notices"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<NoticeRecord>? Notices { get; set; }

    /// <summary>Visits, in the order in which they were recorded; null where there was none.</summary>
    [JsonPropertyName("visits"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<VisitRecord>? Visits { get; set; }

    /// <summary>Number of identity, telephone and address; null where nobody said any.</summary>
    [JsonPropertyName("details"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SealedDetails? Details { get; set; }

    public ElderRecord ToRecord(OpaqueId id) => new(
        id, DisplayName, BirthDate, Registered, Difficulties,
        [.. Assessments], Status, [.. Notices ?? []], DifficultiesBefore, Details is not null);
}
