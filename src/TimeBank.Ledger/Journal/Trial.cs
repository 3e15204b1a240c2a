using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>What would become of a proposal if it were submitted now. Nothing is stored, and its id stays free.</summary>
/// <param name="Outcome">As it would be; an id that is known gives what was decided then, without transfers or accounts.</param>
/// <param name="Transfers">The entry's, with the balances after them.</param>
/// <param name="Accounts">The accounts that it touches, as they would be after it.</param>
public sealed record Trial(Outcome Outcome, ImmutableArray<StoredTransfer> Transfers, ImmutableArray<Account> Accounts)
{
    /// <summary>Decides a proposal and applies nothing.</summary>
    public static Trial Of(ILedgerView view, Proposal proposal, LedgerTime clock)
    {
        Decision decision = Decide.Entry(view, proposal, clock);
        var paths = decision.Changed.ToDictionary(account => account.Number, account => account.Path);
        return new Trial(
            decision.Outcome,
            [.. decision.Balances.Select((after, at) => Transfer(decision.Outcome.Entry!, at, after, paths))],
            decision.Changed);
    }

    private static StoredTransfer Transfer(JournalEntry entry, int position, TransferBalances after, Dictionary<long, AccountPath> paths)
    {
        Transfer transfer = entry.Transfers[position];
        return new StoredTransfer(entry.Index, position, paths[transfer.Debit], paths[transfer.Credit], transfer, Posted(after.Debit), Posted(after.Credit));
    }

    private static Counters Posted(Counters counters) => counters with { DebitsPending = 0, CreditsPending = 0 };
}
