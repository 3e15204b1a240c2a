namespace TimeBank.Ledger;

/// <summary>Flags to set on and clear from an account.</summary>
public sealed record ProposedChange(AccountPath Account, AccountFlags Set, AccountFlags Cleared);
