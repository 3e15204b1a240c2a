using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>The close of one month of a region's books; key: region/yyyy-MM.</summary>
[Alias("timebank.period")]
public interface IPeriodGrain : IGrainWithStringKey
{
    /// <summary>Closes the month's days and makes the statement that a second person signs.</summary>
    [Alias("prepare")]
    Task<Reply<PeriodRecord>> PrepareAsync(Command command);

    [Alias("approve")]
    Task<Reply<PeriodRecord>> ApproveAsync(Command command);

    /// <summary>Opens a prepared month again; the command's memo says why.</summary>
    [Alias("withdraw")]
    Task<Reply<PeriodRecord>> WithdrawAsync(Command command);

    /// <summary>Opens a signed month again; the command's memo says why.</summary>
    [Alias("reopen")]
    Task<Reply<PeriodRecord>> ReopenAsync(Command command);

    [Alias("get")]
    Task<PeriodRecord> GetAsync();
}

/// <summary>How a month stands, as it is stored and answered.</summary>
/// <param name="ClosedBefore">The last closed day before this month's close; null where it was the first.</param>
/// <param name="Entry">The index of the entry that closed the days; -1 while they are open, and in a dry run.</param>
/// <param name="Statement">The closing statement, once approved as a signed note; empty while the month is open.</param>
[GenerateSerializer, Immutable, Alias("timebank.period-record")]
public sealed record PeriodRecord(
    [property: Id(0), JsonPropertyName("month")] string Month,
    [property: Id(1), JsonPropertyName("state")] PeriodState State,
    [property: Id(2), JsonPropertyName("preparedBy")] string PreparedBy,
    [property: Id(3), JsonPropertyName("preparedAt")] DateTimeOffset? PreparedAt,
    [property: Id(4), JsonPropertyName("closedBefore")] DateOnly? ClosedBefore,
    [property: Id(5), JsonPropertyName("entry")] long Entry,
    [property: Id(6), JsonPropertyName("approvedBy")] string ApprovedBy,
    [property: Id(7), JsonPropertyName("approvedAt")] DateTimeOffset? ApprovedAt,
    [property: Id(8), JsonPropertyName("statement")] string Statement,
    [property: Id(9), JsonPropertyName("reopenings")] ImmutableArray<PeriodReopening> Reopenings)
{
    /// <summary>A month that nobody has closed.</summary>
    public static PeriodRecord Open(string month, ImmutableArray<PeriodReopening> reopenings) =>
        new(month, PeriodState.Open, "", null, null, -1, "", null, "", reopenings);
}

/// <summary>A month was opened again.</summary>
/// <param name="WasSigned">True where two persons had signed; false where the close was only prepared.</param>
[GenerateSerializer, Immutable, Alias("timebank.period-reopening")]
public sealed record PeriodReopening(
    [property: Id(0), JsonPropertyName("by")] string By,
    [property: Id(1), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(2), JsonPropertyName("note")] string Note,
    [property: Id(3), JsonPropertyName("entry")] long Entry,
    [property: Id(4), JsonPropertyName("wasSigned")] bool WasSigned);

/// <summary>The stored state of a month.</summary>
public sealed class PeriodGrainState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps months and lists find them. Stored: never change it.</summary>
    public const string Kind = "period";

    [JsonPropertyName("period")]
    public PeriodRecord? Period { get; set; }
}

/// <inheritdoc cref="IPeriodGrain"/>
public sealed class PeriodGrain(
    [PersistentState(PeriodGrainState.Kind, GrainStorageNames.TimeBank)] IPersistentState<PeriodGrainState> state,
    PeriodStatements statements, FiveLegs legs, ILedgerReader ledger, DayRules rules, BusinessClock clock)
    : WorkflowGrain<PeriodGrainState>(state, clock), IPeriodGrain
{
    private Month Month => Month.Parse(LocalKey);

    private PeriodRecord Period => State.Period ?? PeriodRecord.Open(LocalKey, []);

    public Task<PeriodRecord> GetAsync() => Task.FromResult(Stored.Period ?? PeriodRecord.Open(LocalKey, []));

    public Task<Reply<PeriodRecord>> PrepareAsync(Command command) => StepAsync(command, async () =>
    {
        DateOnly? closed = await ClosedAsync();
        Refusal? refused = PeriodRule.Prepare(Period.State, Month, closed, Today) ?? await DifferencesAsync();
        return await MoveAsync(command, () => refused, closed, Month.Last, outcome => Period with
        {
            State = PeriodState.Prepared,
            PreparedBy = command.Actor,
            PreparedAt = Now,
            // Of the entry: after a crash behind it the account has moved already.
            ClosedBefore = outcome.Entry is { } entry ? ClosedPeriods.LastDayBefore(entry) : closed,
            Entry = outcome.Entry?.Index ?? -1,
        });
    });

    public Task<Reply<PeriodRecord>> ApproveAsync(Command command) => StepAsync(command, async () =>
    {
        Refusal? refused = PeriodRule.Approve(Period.State, Period.PreparedBy, command.Actor) ?? await DifferencesAsync();
        if (refused is not null) return await OnceAsync(command, () => refused, () => { });
        PeriodRecord approved = Period with { State = PeriodState.Closed, ApprovedBy = command.Actor, ApprovedAt = Now };
        // The month's days are closed, so the statement is the same whenever it is made.
        string statement = statements.Sign(Region, await statements.MakeAsync(Region, Month, approved));
        return await OnceAsync(command, () => null, () => State.Period = approved with { Statement = statement });
    });

    public Task<Reply<PeriodRecord>> WithdrawAsync(Command command) => OpenAsync(command, PeriodState.Prepared);

    public Task<Reply<PeriodRecord>> ReopenAsync(Command command) => OpenAsync(command, PeriodState.Closed);

    private Task<Reply<PeriodRecord>> OpenAsync(Command command, PeriodState from) => StepAsync(command, async () =>
    {
        DateOnly? closed = await ClosedAsync();
        Refusal? refused = PeriodRule.Reopen(Period.State, from, Month, closed);
        return await MoveAsync(command, () => refused, closed, Period.ClosedBefore, outcome => outcome.Entry is { } known
            && Period.Reopenings.Any(one => one.Entry == known.Index) ? Period : PeriodRecord.Open(
                LocalKey, Period.Reopenings.Add(new PeriodReopening(
                    command.Actor, Now, command.Memo, outcome.Entry?.Index ?? -1, from == PeriodState.Closed))));
    });

    /// <summary>
    /// Takes over what the last entry on closed days did to this month, where a crash kept the state from saying it: whoever comes next
    /// finds the month as the ledger has it.
    /// </summary>
    private async Task CatchUpAsync()
    {
        DateOnly? closed = await ClosedAsync();
        bool isClosed = closed >= Month.Last;
        if (isClosed == (Period.State != PeriodState.Open)) return;
        if (await ledger.AccountAsync(Region, ClosedPeriods.Account, CancellationToken.None) is not { } account) return;
        JournalEntry last = (await ledger.LatestPostingsAsync(
            Region, account.Number, default, new LedgerTime(long.MaxValue), PostingCursor.End, 1, CancellationToken.None)).Single().Entry;
        if (last.Header.Details.GetValueOrDefault("period") != LocalKey) return;
        DateTimeOffset at = last.Time.ToDateTimeOffset();
        State.Period = isClosed
            ? Period with
            {
                State = PeriodState.Prepared,
                PreparedBy = last.Header.Actor,
                PreparedAt = at,
                ClosedBefore = ClosedPeriods.LastDayBefore(last),
                Entry = last.Index,
            }
            : PeriodRecord.Open(LocalKey, Period.Reopenings.Add(new PeriodReopening(
                last.Header.Actor, at, last.Header.Memo, last.Index, Period.State == PeriodState.Closed)));
        await SaveAsync();
    }

    private async Task<Refusal?> MoveAsync(
        Command command, Func<Refusal?> decide, DateOnly? closed, DateOnly? through, Func<Outcome, PeriodRecord> after)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        return await OnceAsync(
            command, decide,
            () => PeriodEntries.Move(command.Header(Today, policy.Version.ToString(), ("period", LocalKey)), closed, through),
            outcome => State.Period = after(outcome));
    }

    private async Task<DateOnly?> ClosedAsync() =>
        ClosedPeriods.LastDay((await Writer.AccountsAsync([ClosedPeriods.Account])).FirstOrDefault());

    private async Task<Refusal?> DifferencesAsync()
    {
        ImmutableArray<LegLine> differences = await legs.DifferencesAsync(Region, Month.First, Month.Last, CancellationToken.None);
        if (differences.IsEmpty) return null;
        LegLine first = differences[0];
        var values = new List<(string Key, string Value)>
        {
            ("count", $"{differences.Length}"), ("leg", $"REPORT_LEG_{StoredName.UpperSnake($"{first.Leg}")}"), ("account", first.Account),
        };
        if (first.Gap != ReportGap.None) values.Add(("gap", $"REPORT_GAP_{StoredName.UpperSnake($"{first.Gap}")}"));
        if (first.Subject.Length > 0) values.Add(("subject", first.Subject));
        return Refusal.Of(Reason.PeriodHasDifferences, [
            .. values, ("left", $"{first.Left}"), ("right", $"{first.Right}"), ("unit", first.Unit.Code)]);
    }

    private async Task<Reply<PeriodRecord>> StepAsync(Command command, Func<Task<Refusal?>> step)
    {
        if (!command.IsDryRun) await CatchUpAsync();
        async Task<Reply<PeriodRecord>> AnswerAsync() => await step() is { } refusal ? refusal : await ShownAsync();
        return command.IsDryRun ? await DryRunAsync(AnswerAsync) : await AnswerAsync();
    }

    /// <summary>The record with the statement that a second person is to sign.</summary>
    private async Task<PeriodRecord> ShownAsync() => Period.State != PeriodState.Prepared || IsDryRun ? Period
        : Period with { Statement = await statements.MakeAsync(Region, Month, Period) };
}
