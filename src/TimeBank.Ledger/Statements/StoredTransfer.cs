namespace TimeBank.Ledger;

/// <summary>A transfer of a stored entry with its accounts by name.</summary>
/// <param name="Index">The entry.</param>
/// <param name="Position">The place in the entry, from 0.</param>
/// <param name="DebitAfter">The debited account's posted counters right after it; the pending ones are given as zero.</param>
/// <param name="CreditAfter">The same of the credited account.</param>
public sealed record StoredTransfer(long Index, int Position, AccountPath Debit, AccountPath Credit, Transfer Transfer, Counters DebitAfter, Counters CreditAfter);
