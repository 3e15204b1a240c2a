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
    /// <param name="party">The party of the actor's token; empty: none.</param>
    [Alias("answer")]
    Task<Reply<ComplaintView>> AnswerAsync(Command command, string party, ComplaintWords words);

    /// <param name="party">The party that the actor acts for.</param>
    [Alias("contest")]
    Task<Reply<ComplaintView>> ContestAsync(Command command, string party, ComplaintWords words);

    /// <param name="party">The party of the actor's token; empty: none.</param>
    /// <param name="entry">The entry that corrects the movement; null: it ends by the reason.</param>
    [Alias("close")]
    Task<Reply<ComplaintView>> CloseAsync(Command command, string party, ClosingEntry? entry, ComplaintWords? reason);

    /// <param name="party">The party that the actor acts for.</param>
    [Alias("withdraw")]
    Task<Reply<ComplaintView>> WithdrawAsync(Command command, string party);
}

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
/// <param name="Corrects">Whether it corrects what the complaint is about. The caller has looked.</param>
[GenerateSerializer, Immutable, Alias("timebank.closing-entry")]
public sealed record ClosingEntry([property: Id(0)] long Index, [property: Id(1)] bool Corrects);

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

    public Task<Reply<ComplaintView>> AnswerAsync(Command command, string party, ComplaintWords words) =>
        StepAsync(command, words, async () =>
        {
            ComplaintsPolicy numbers = (await rules.PolicyAsync(Region, Today)).Complaints;
            Refusal? unknown = WorkingCalendar.BuiltIn.After(Today, numbers.ContestWorkingDays, out DateOnly contestUntil);
            bool isReview = Complaint.State == ComplaintState.Contested;
            ComplaintStepRecord step = Step(command, ComplaintStep.Answer, party, words);
            return await OnceAsync(
                command,
                () => ComplaintRule.Answer(Complaint.Facts, new(command.Actor, party)) ?? (isReview ? null : unknown),
                () => Change(step, isReview
                    ? Complaint : Complaint with { AnsweredBy = command.Actor, ContestUntil = contestUntil }));
        });

    public Task<Reply<ComplaintView>> ContestAsync(Command command, string party, ComplaintWords words) =>
        StepAsync(command, words, async () =>
        {
            Refusal? unknown = Due(await rules.PolicyAsync(Region, Today), out DateOnly due);
            ComplaintStepRecord step = Step(command, ComplaintStep.Contest, party, words);
            return await OnceAsync(
                command,
                () => ComplaintRule.Contest(Complaint.Facts, new(command.Actor, party)) ?? unknown,
                () => Change(step, Complaint with
                {
                    ReviewDue = due,
                    Involved = [.. Complaint.Involved.Append(command.Actor).Distinct()],
                }));
        });

    public Task<Reply<ComplaintView>> CloseAsync(Command command, string party, ClosingEntry? entry, ComplaintWords? reason) =>
        StepAsync(command, reason, () =>
        {
            ComplaintStepRecord step = Step(
                command, entry is null ? ComplaintStep.CloseWithReason : ComplaintStep.CloseWithEntry, party, reason, entry?.Index);
            var actor = new ComplaintActor(command.Actor, party);
            return OnceAsync(
                command,
                () => entry is null ? ComplaintRule.CloseWithReason(Complaint.Facts, actor, Today)
                    : ComplaintRule.CloseWithEntry(Complaint.Facts, actor, entry.Index, entry.Corrects),
                () => Change(step, Complaint));
        });

    public Task<Reply<ComplaintView>> WithdrawAsync(Command command, string party) => StepAsync(command, null, () =>
    {
        ComplaintStepRecord step = Step(command, ComplaintStep.Withdraw, party, null);
        return OnceAsync(
            command,
            () => ComplaintRule.Withdraw(Complaint.Facts, new(command.Actor, party, command.OnBehalfOf.Length > 0)),
            () => Change(step, Complaint));
    });

    private async Task<Reply<ComplaintView>> FileOnceAsync(Command command, ComplaintFiling filing, ComplaintWords words)
    {
        if (OtherWords(command, words)) return Reason.RequestIdReused;
        bool isMine = State.Done.ContainsKey(command.Id.ToString());
        if (!isMine && State.Complaint is { } former && !ComplaintRule.IsOpen(former.State)) return Reason.ComplaintWrongState;
        Refusal? unknown = Due(await rules.PolicyAsync(Region, Today), out DateOnly due);
        // Sealed before anything is written, since it may fail.
        string key = State.Key ?? vault.NewKey(Party);
        ComplaintStepRecord step = Step(command, ComplaintStep.File, filing.Complainant, words, key: key);
        Refusal? refusal = await OnceAsync(
            command,
            () => State.Complaint is null ? unknown
                : Refusal.Of(Reason.ComplaintOpen, ("complaint", ResourceName.Of(Region, ComplaintContract.Complaints, LocalKey))),
            () =>
            {
                State.Key = key;
                Change(step, new ComplaintRecord(
                    LocalKey, ComplaintState.None, filing.Subject, filing.Category, filing.Complainant, filing.Parties,
                    [.. filing.Actors.Append(command.Actor).Distinct()], filing.Disputed, filing.Size, command.Actor, Now, due, []));
            });
        return refusal is null ? View(State) : refusal;
    }

    private Refusal? Due(Policy policy, out DateOnly due) =>
        WorkingCalendar.BuiltIn.After(Today, policy.Complaints.AnswerWorkingDays, out due);

    private async Task<Reply<ComplaintView>> StepAsync(Command command, ComplaintWords? words, Func<Task<Refusal?>> step)
    {
        if (State.Complaint is null) return Reason.ComplaintNotFound;
        if (OtherWords(command, words)) return Reason.RequestIdReused;
        if (command.IsDryRun) return await DryRunAsync(Answer);
        return await Answer();

        async Task<Reply<ComplaintView>> Answer() => await step() is { } refusal ? refusal : View(State);
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
