using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A call that waits for its turn at the writer: it names what it needs, is decided in order, and is answered once the batch is durable.</summary>
internal abstract class LedgerCall
{
    public virtual Proposal? Proposal => null;

    public virtual EntryId? Id => null;

    public virtual IReadOnlyList<AccountPath> Paths => [];

    /// <param name="clock">When an entry would be written; null where the clock is doubted, so that none may be.</param>
    public abstract void Decide(WorkingState state, BatchDraft draft, LedgerTime? clock);

    /// <summary>Answers with what was decided.</summary>
    public abstract void Complete();

    /// <summary>Answers that nothing can be said now.</summary>
    public abstract void Fail(Reason reason);
}
