namespace TimeBank.Ledger;

/// <summary>The flags of an account after an entry that changed them.</summary>
public readonly record struct AccountChange(long Account, AccountFlags Flags);
