using System.Collections.Immutable;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>The final result of a proposal: an entry, a refusal, or, for a note, neither.</summary>
/// <param name="Refusal">Null where the proposal was accepted.</param>
/// <param name="Entry">The stored entry; null for a refusal and for a note.</param>
/// <param name="Replayed">True where the id had been decided before.</param>
public sealed record Outcome(EntryId Id, Digest RequestDigest, Refusal? Refusal, JournalEntry? Entry, bool Replayed)
{
    public static Outcome Wrote(JournalEntry entry) => new(entry.Id, entry.Header.RequestDigest, null, entry, false);

    public static Outcome Noted(Proposal proposal) => new(proposal.Header.Id, proposal.Header.RequestDigest, null, null, false);

    public static Outcome Refused(Proposal proposal, Refusal refusal) =>
        new(proposal.Header.Id, proposal.Header.RequestDigest, refusal, null, false);
}

/// <summary>The result of <see cref="Decide"/>: the outcome, and what must be stored before anyone is answered with it.</summary>
/// <param name="Changed">The state after the entry of every account that it touches or opens, each once.</param>
/// <param name="Balances">For each transfer of the entry, the counters of its two accounts right after it.</param>
/// <param name="Stores">False where the outcome is stored already, or where a retry gets the same one without being remembered.</param>
public sealed record Decision(Outcome Outcome, ImmutableArray<Account> Changed, ImmutableArray<TransferBalances> Balances, bool Stores);

/// <summary>The result that a proposal would have if it were submitted now. Nothing is stored; the id stays free.</summary>
/// <param name="Outcome">The expected outcome. For a known id, the stored one, without transfers or accounts.</param>
/// <param name="Transfers">The entry's transfers with the balances after each.</param>
/// <param name="Accounts">The accounts that the entry touches, in their state after it.</param>
public sealed record DryRun(Outcome Outcome, ImmutableArray<StoredTransfer> Transfers, ImmutableArray<Account> Accounts)
{
    /// <summary>Decides a proposal and applies nothing.</summary>
    public static DryRun Of(ILedgerView view, Proposal proposal, LedgerTime clock)
    {
        Decision decision = Decide.Entry(view, proposal, clock);
        var paths = decision.Changed.ToDictionary(account => account.Number, account => account.Path);
        return new DryRun(
            decision.Outcome,
            [.. decision.Balances.Select((after, at) => Transfer(decision.Outcome.Entry!, at, after, paths))],
            decision.Changed);
    }

    private static StoredTransfer Transfer(JournalEntry entry, int position, TransferBalances after, Dictionary<long, AccountPath> paths)
    {
        Transfer transfer = entry.Transfers[position];
        return new StoredTransfer(entry.Index, position, paths[transfer.Debit], paths[transfer.Credit], transfer, Posted(after.Debit),
            Posted(after.Credit));
    }

    private static Counters Posted(Counters counters) => counters with { DebitsPending = 0, CreditsPending = 0 };
}
