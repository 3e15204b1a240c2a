using System.Collections.Immutable;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// A complaint about a movement; key: region/id. The id follows from what it is about, who complains and how often they did before, so the
/// grain is the authority for "one open complaint at a time".
/// </summary>
[Alias("timebank.complaint")]
public interface IComplaintGrain : IGrainWithStringKey
{
    /// <summary>
    /// Files it. COMPLAINT_OPEN where another request did and it isn't over; COMPLAINT_WRONG_STATE, which is not remembered, where an
    /// earlier one under this id is over: the next id is to be tried.
    /// </summary>
    [Alias("file")]
    Task<Reply<ComplaintView>> FileAsync(Command command, ComplaintFiling filing, ComplaintWords words);

    /// <summary>The complaint with its words; null if there is none.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ComplaintView?> GetAsync();

    /// <summary>The staff's answer, or that of the review.</summary>
    [Alias("answer")]
    Task<Reply<ComplaintView>> AnswerAsync(Command command, ComplaintJudge judge, ComplaintWords words);

    /// <param name="party">The party that the actor acts for.</param>
    [Alias("contest")]
    Task<Reply<ComplaintView>> ContestAsync(Command command, string party, ComplaintWords words);

    /// <param name="entry">The entry that corrects the movement; null: it ends by the reason.</param>
    [Alias("close")]
    Task<Reply<ComplaintView>> CloseAsync(Command command, ComplaintJudge judge, ClosingEntry? entry, ComplaintWords? reason);

    [Alias("withdraw")]
    Task<Reply<ComplaintView>> WithdrawAsync(Command command, ComplaintJudge judge);

    /// <summary>Stores the days that the calendar has learnt since, so that lists go by them.</summary>
    [Alias("learn-days")]
    Task LearnDaysAsync();
}

/// <summary>As whom somebody takes a step, and what they must have no part in. The caller has looked.</summary>
/// <param name="Party">The party that they act for, or that of their token; empty: none.</param>
/// <param name="Actors">Who has recorded or corrected the movement up to now, by their subjects.</param>
[GenerateSerializer, Immutable, Alias("timebank.complaint-judge")]
public sealed record ComplaintJudge([property: Id(0)] string Party, [property: Id(1)] ImmutableArray<string> Actors);

/// <summary>A personal text of a complaint.</summary>
[GenerateSerializer, Immutable, Alias("timebank.complaint-words")]
public sealed record ComplaintWords([property: Id(0)] string Text)
{
    /// <summary>Nothing of it: Orleans writes the arguments of a late call into its log.</summary>
    public override string ToString() => nameof(ComplaintWords);
}

/// <summary>What a complaint is about, and who complains. Parties are named without the region.</summary>
/// <param name="Subject">The movement's name without the region, such as <c>bills/17</c>.</param>
/// <param name="Complainant">A party, or <c>staff/{subject}</c>.</param>
/// <param name="Parties">Whose movement it is.</param>
/// <param name="Actors">Who recorded it.</param>
/// <param name="Disputed">The entry that is set aside from settlement meanwhile; null: none.</param>
/// <param name="Size">The size of the journal.</param>
[GenerateSerializer, Immutable, Alias("timebank.complaint-filing")]
public sealed record ComplaintFiling(
    [property: Id(0)] string Subject,
    [property: Id(1)] ComplaintCategory Category,
    [property: Id(2)] string Complainant,
    [property: Id(3)] ImmutableArray<string> Parties,
    [property: Id(4)] ImmutableArray<string> Actors,
    [property: Id(5)] long? Disputed,
    [property: Id(6)] long Size);

/// <summary>The entry by which a complaint is closed.</summary>
/// <param name="Correction">What it does to what the complaint is about. The caller has looked.</param>
[GenerateSerializer, Immutable, Alias("timebank.closing-entry")]
public sealed record ClosingEntry([property: Id(0)] long Index, [property: Id(1)] Correction Correction);

/// <summary>A complaint as its grain answers it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.complaint-view")]
public sealed record ComplaintView([property: Id(0)] ComplaintRecord Record, [property: Id(1)] ImmutableArray<ComplaintWords?> Words);

/// <inheritdoc cref="IComplaintGrain"/>
public sealed class ComplaintGrain(
    [PersistentState(ComplaintGrainState.Kind, GrainStorageNames.TimeBank)] IPersistentState<ComplaintGrainState> state,
    BusinessClock clock, DayRules rules, Vault vault)
    : WorkflowGrain<ComplaintGrainState>(state, clock), IComplaintGrain
{
    private VaultParty Party => new(Region, $"{ComplaintContract.Complaints}/{LocalKey}");

    private ComplaintRecord Complaint => State.Complaint!;

    public Task<ComplaintView?> GetAsync() => Task.FromResult(Stored.Complaint is null ? null : View(Stored));

    public Task<Reply<ComplaintView>> FileAsync(Command command, ComplaintFiling filing, ComplaintWords words) =>
        command.IsDryRun ? DryRunAsync(() => FileOnceAsync(command, filing, words)) : FileOnceAsync(command, filing, words);

    public Task<Reply<ComplaintView>> AnswerAsync(Command command, ComplaintJudge judge, ComplaintWords words) =>
        StepAsync(command, words, async () =>
        {
            ComplaintsPolicy numbers = (await rules.PolicyAsync(Region, Today)).Complaints;
            (DateOnly? contestUntil, int? unknown) = Clock(numbers.ContestWorkingDays);
            bool isReview = Complaint.State == ComplaintState.Contested;
            ComplaintStepRecord step = Step(command, ComplaintStep.Answer, judge.Party, words);
            return await OnceAsync(
                command,
                () => ComplaintRule.Answer(Complaint.FactsWith(judge.Actors), new(command.Actor, judge.Party)),
                () => Change(step, isReview ? Complaint
                    : Complaint with { AnsweredBy = command.Actor, ContestUntil = contestUntil, ContestDays = unknown }));
        });

    public Task<Reply<ComplaintView>> ContestAsync(Command command, string party, ComplaintWords words) =>
        StepAsync(command, words, async () =>
        {
            ComplaintsPolicy numbers = (await rules.PolicyAsync(Region, Today)).Complaints;
            (DateOnly? due, int? unknown) = Clock(numbers.AnswerWorkingDays);
            ComplaintStepRecord step = Step(command, ComplaintStep.Contest, party, words);
            return await OnceAsync(
                command,
                () => ComplaintRule.Contest(Complaint.FactsWith([]), new(command.Actor, party)),
                () => Change(step, Complaint with
                {
                    ReviewDue = due,
                    ReviewDays = unknown,
                    Involved = [.. Complaint.Involved.Append(command.Actor).Distinct()],
                }));
        });

    public Task<Reply<ComplaintView>> CloseAsync(
        Command command, ComplaintJudge judge, ClosingEntry? entry, ComplaintWords? reason) =>
        StepAsync(command, reason, () =>
        {
            ComplaintStepRecord step = Step(
                command, entry is null ? ComplaintStep.CloseWithReason : ComplaintStep.CloseWithEntry, judge.Party, reason, entry?.Index);
            var actor = new ComplaintActor(command.Actor, judge.Party);
            return OnceAsync(
                command,
                () => entry is null ? ComplaintRule.CloseWithReason(Complaint.FactsWith(judge.Actors), actor, Today)
                    : ComplaintRule.CloseWithEntry(Complaint.FactsWith(judge.Actors), actor, entry.Index, entry.Correction, Today),
                () => Change(step, Complaint));
        });

    public Task<Reply<ComplaintView>> WithdrawAsync(Command command, ComplaintJudge judge) => StepAsync(command, null, () =>
    {
        ComplaintStepRecord step = Step(command, ComplaintStep.Withdraw, judge.Party, null);
        return OnceAsync(
            command,
            () => ComplaintRule.Withdraw(
                Complaint.FactsWith(judge.Actors), new(command.Actor, judge.Party, command.OnBehalfOf.Length > 0)),
            () => Change(step, Complaint));
    });

    public async Task LearnDaysAsync()
    {
        if (State.Complaint is not { } complaint || complaint.WithDays(WorkingCalendar.BuiltIn) is var known && known == complaint) return;
        State.Complaint = known;
        await SaveAsync();
    }

    private async Task<Reply<ComplaintView>> FileOnceAsync(Command command, ComplaintFiling filing, ComplaintWords words)
    {
        if (OtherWords(command, words)) return Reason.RequestIdReused;
        bool isMine = State.Done.ContainsKey(command.Id.ToString());
        if (!isMine && State.Complaint is { } former && !ComplaintRule.IsOpen(former.State)) return Reason.ComplaintWrongState;
        ComplaintsPolicy numbers = (await rules.PolicyAsync(Region, Today)).Complaints;
        (DateOnly? due, int? unknown) = Clock(numbers.AnswerWorkingDays);
        // Sealed before anything is written, since it may fail.
        string key = State.Key ?? vault.NewKey(Party);
        ComplaintStepRecord step = Step(command, ComplaintStep.File, filing.Complainant, words, key: key);
        Refusal? refusal = await OnceAsync(
            command,
            () => State.Complaint is null ? null
                : Refusal.Of(Reason.ComplaintOpen, ("complaint", ResourceName.Of(Region, ComplaintContract.Complaints, LocalKey))),
            () =>
            {
                State.Key = key;
                Change(step, new ComplaintRecord(
                    LocalKey, ComplaintState.None, filing.Subject, filing.Category, filing.Complainant, filing.Parties,
                    [.. filing.Actors.Append(command.Actor).Distinct()], filing.Disputed, filing.Size, command.Actor, Now, due, [],
                    AnswerDays: unknown));
            });
        return refusal is null ? View(State) : refusal;
    }

    /// <summary>The last of some working days from today on; or, where the calendar of that year isn't known yet, their number.</summary>
    private (DateOnly? Last, int? Days) Clock(int workingDays) =>
        WorkingCalendar.BuiltIn.After(Today, workingDays, out DateOnly last) is null ? (last, null) : (null, workingDays);

    private async Task<Reply<ComplaintView>> StepAsync(Command command, ComplaintWords? words, Func<Task<Refusal?>> step)
    {
        if (State.Complaint is null) return Reason.ComplaintNotFound;
        if (OtherWords(command, words)) return Reason.RequestIdReused;
        if (command.IsDryRun) return await DryRunAsync(Answer);
        return await Answer();

        async Task<Reply<ComplaintView>> Answer()
        {
            State.Complaint = Complaint.WithDays(WorkingCalendar.BuiltIn);
            return await step() is { } refusal ? refusal : View(State);
        }
    }

    /// <summary>The command's digest is made without the words, so the words of a retry are compared here.</summary>
    private bool OtherWords(Command command, ComplaintWords? words) =>
        State.Complaint?.History.FirstOrDefault(step => step.As == command.Id.ToString()) is { } done && Open(State, done) != words;

    private ComplaintStepRecord Step(
        Command command, ComplaintStep step, string party, ComplaintWords? words, long? entry = null, string? key = null) => new(
            step, command.Actor, party, Now, words is null ? null : vault.Seal(key ?? State.Key!, Party, Field(command.Id), words.Text),
            entry, command.Id.ToString());

    private void Change(ComplaintStepRecord step, ComplaintRecord complaint) => State.Complaint = complaint with
    {
        State = ComplaintRule.After(complaint.State, step.Step)!.Value,
        History = complaint.History.Add(step),
    };

    private ComplaintView View(ComplaintGrainState of) => new(of.Complaint!, [.. of.Complaint!.History.Select(step => Open(of, step))]);

    private ComplaintWords? Open(ComplaintGrainState of, ComplaintStepRecord step) => of.Key is null || step.Words is null
        ? null : new ComplaintWords(vault.Open(of.Key, Party, Field(EntryId.Parse(step.As)), step.Words));

    /// <summary>Each step has a field of its own, so that one text can't be put in another's place.</summary>
    private static string Field(EntryId command) => $"words/{command}";
}
