namespace TimeBank.Ledger;

/// <summary>All accounts of a region as they stand at one head of its journal.</summary>
/// <param name="Rows">By unit and class.</param>
public sealed record TrialBalance(LedgerHead Head, IReadOnlyList<ClassTotals> Rows);
