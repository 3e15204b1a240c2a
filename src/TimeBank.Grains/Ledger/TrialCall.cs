using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A proposal to decide and not to write; it sees what was decided before it, and is answered only once that is durable.</summary>
internal sealed class TrialCall(Proposal proposal) : LedgerCall
{
    private readonly TaskCompletionSource<Trial> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Trial? _trial;

    public Task<Trial> Answer => _answer.Task;

    public override Proposal Proposal => proposal;

    public override void Decide(WorkingState state, BatchDraft draft, LedgerTime? clock) =>
        _trial = clock is { } time ? Trial.Of(state, proposal, time) : Refused(Reason.ClockDoubtful);

    public override void Complete() => _answer.TrySetResult(_trial!);

    public override void Fail(Reason reason) => _answer.TrySetResult(Refused(reason));

    private Trial Refused(Reason reason) => new(Outcome.Refused(proposal, new Refusal(reason)), [], []);
}
