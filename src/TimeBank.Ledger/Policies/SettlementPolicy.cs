namespace TimeBank.Ledger;

/// <summary>How providers are paid.</summary>
/// <param name="PeriodMonths">Months between settlements.</param>
/// <param name="HoldbackPercent">What may be held back; a programme chooses whether it is.</param>
/// <param name="BatchMaxPayments">Payments in one batch at most.</param>
public sealed record SettlementPolicy(int PeriodMonths, int HoldbackPercent, int BatchMaxPayments);
