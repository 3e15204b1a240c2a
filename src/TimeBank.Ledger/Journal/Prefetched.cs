namespace TimeBank.Ledger;

/// <summary>What the store holds of <see cref="PrefetchKeys"/>; a key that it doesn't answer isn't there.</summary>
public sealed record Prefetched(IReadOnlyList<Outcome> Outcomes, IReadOnlyList<Account> Accounts, IReadOnlyList<LinkedEntry> Linked);
