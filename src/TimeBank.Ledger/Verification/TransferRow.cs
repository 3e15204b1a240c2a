namespace TimeBank.Ledger;

/// <summary>A transfer as a store has it, with the posted counters of its two accounts right after it.</summary>
public sealed record TransferRow(
    long Position, long Debit, long Credit, string Unit, long Posted, long Held, long Released, long DebitDebits, long DebitCredits, long CreditDebits, long CreditCredits);
