namespace TimeBank.Ledger;

/// <summary>
/// One debit account, one credit account, one unit. A plain transfer posts; a hold's transfer holds; a transfer that ends a
/// hold releases what was held and posts all, part or none of it. So every counter is a sum over transfers, with no look-back.
/// </summary>
public readonly record struct Transfer(long Debit, long Credit, Unit Unit, long Posted, long Held, long Released);
