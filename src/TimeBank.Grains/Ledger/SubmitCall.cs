using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A proposal to decide.</summary>
internal sealed class SubmitCall(Proposal proposal) : LedgerCall
{
    private readonly TaskCompletionSource<Outcome> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Outcome? _outcome;

    public Task<Outcome> Answer => _answer.Task;

    public override Proposal Proposal => proposal;

    public override void Decide(WorkingState state, BatchDraft draft, LedgerTime? clock) =>
        _outcome = clock is { } time ? draft.Add(proposal, time) : Outcome.Refused(proposal, new Refusal(Reason.ClockDoubtful));

    public override void Complete() => _answer.TrySetResult(_outcome!);

    // Not remembered: whether it happened may be unknown, and the caller comes back with the same id.
    public override void Fail(Reason reason) => _answer.TrySetResult(Outcome.Refused(proposal, new Refusal(reason)));
}
