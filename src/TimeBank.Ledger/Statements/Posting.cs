namespace TimeBank.Ledger;

/// <summary>One leg of a transfer as it stands on an account's statement.</summary>
/// <param name="After">The account's posted counters right after it; the pending ones are given as zero.</param>
/// <param name="CounterAccount">The account on the transfer's other side.</param>
public sealed record Posting(JournalEntry Entry, int Position, bool IsDebit, long Amount, Counters After, AccountPath CounterAccount)
{
    public PostingCursor Cursor => new(Entry.Index, Position);
}
