namespace TimeBank.Ledger;

/// <summary>The counters of a transfer's two accounts right after it.</summary>
public readonly record struct TransferBalances(Counters Debit, Counters Credit);
