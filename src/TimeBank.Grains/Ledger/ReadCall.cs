using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A read that sees what was decided before it, and is answered only once that is durable.</summary>
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
