using System.Diagnostics;
using TimeBank.Ledger;

namespace TimeBank.Writer;

/// <summary>
/// A call that waits for its turn. It names the keys that it needs, the writer decides it in order, and answers it once the batch is
/// durable.
/// </summary>
internal abstract class LedgerCall
{
    /// <summary>The trace of whoever calls; null where nobody records one.</summary>
    public ActivityContext? Trace { get; } = WriterFigures.Trace;

    public virtual Proposal? Proposal => null;

    public virtual EntryId? Id => null;

    public virtual IReadOnlyList<AccountPath> Paths => [];

    /// <param name="clock">The time for an entry; null where the clock is doubted, so that no entry may be written.</param>
    public abstract void Decide(WorkingState state, BatchDraft draft, LedgerTime? clock);

    /// <summary>Answers with the decision.</summary>
    public abstract void Complete();

    /// <summary>Answers that the writer can't tell now.</summary>
    public abstract void Fail(Reason reason);
}

/// <summary>A call that submits a proposal.</summary>
internal sealed class SubmitCall(Proposal proposal) : LedgerCall
{
    private readonly TaskCompletionSource<Outcome> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Outcome? _outcome;

    public Task<Outcome> Answer => _answer.Task;

    public override Proposal Proposal => proposal;

    public override void Decide(WorkingState state, BatchDraft draft, LedgerTime? clock) =>
        _outcome = clock is { } time ? draft.Add(proposal, time) : Outcome.Refused(proposal, new Refusal(Reason.ClockDoubtful));

    public override void Complete() => _answer.TrySetResult(_outcome!);

    // Not remembered: the batch may be stored after all, and the caller will retry with the same id.
    public override void Fail(Reason reason) => _answer.TrySetResult(Outcome.Refused(proposal, new Refusal(reason)));
}

/// <summary>A call that only tries a proposal. It sees earlier decisions, and is answered once those are durable.</summary>
internal sealed class TrialCall(Proposal proposal) : LedgerCall
{
    private readonly TaskCompletionSource<DryRun> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DryRun? _trial;

    public Task<DryRun> Answer => _answer.Task;

    public override Proposal Proposal => proposal;

    public override void Decide(WorkingState state, BatchDraft draft, LedgerTime? clock) =>
        _trial = clock is { } time ? DryRun.Of(state, proposal, time) : Refused(Reason.ClockDoubtful);

    public override void Complete() => _answer.TrySetResult(_trial!);

    public override void Fail(Reason reason) => _answer.TrySetResult(Refused(reason));

    private DryRun Refused(Reason reason) => new(Outcome.Refused(proposal, new Refusal(reason)), [], []);
}

/// <summary>A call that reads. It sees earlier decisions, and is answered once those are durable.</summary>
internal sealed class ReadCall<T>(EntryId? id, IReadOnlyList<AccountPath> paths, Func<WorkingState, T> read) : LedgerCall
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _read;

    public Task<T> Answer => _answer.Task;

    public override EntryId? Id => id;

    public override IReadOnlyList<AccountPath> Paths => paths;

    public override void Decide(WorkingState state, BatchDraft draft, LedgerTime? clock) => _read = read(state);

    public override void Complete() => _answer.TrySetResult(_read!);

    public override void Fail(Reason reason) => _answer.TrySetException(reason switch
    {
        Reason.JournalRolledBack => new JournalRolledBackException("The journal doesn't go on from the checkpoint that was signed."),
        Reason.SignedByOtherKeys => new OtherKeysException("The checkpoint is signed by none of the keys here."),
        _ => new StorageUnavailableException(reason.ToString()),
    });
}
