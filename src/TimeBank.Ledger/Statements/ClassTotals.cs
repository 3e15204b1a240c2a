namespace TimeBank.Ledger;

/// <summary>The counters of all accounts of a class, summed.</summary>
/// <param name="Class">As <see cref="Chart.ClassOf"/> names it.</param>
public sealed record ClassTotals(Unit Unit, string Class, CounterTotals Totals, long Accounts);
