using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>What <see cref="Decide"/> found: the outcome to answer with, and what must be stored before it may be answered.</summary>
/// <param name="Changed">The accounts after the entry, each once, opened ones too.</param>
/// <param name="Balances">For each transfer of the entry, the counters of its two accounts right after it.</param>
/// <param name="Stores">False where the outcome is known already, or depends on the proposal alone.</param>
public sealed record Decision(Outcome Outcome, ImmutableArray<Account> Changed, ImmutableArray<TransferBalances> Balances, bool Stores);
