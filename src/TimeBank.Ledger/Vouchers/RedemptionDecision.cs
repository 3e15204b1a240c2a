namespace TimeBank.Ledger;

/// <summary>What a redemption moves, or why it is refused.</summary>
/// <param name="FromVoucher">In the voucher's unit.</param>
/// <param name="Credited">To the provider.</param>
/// <param name="OwnPart">Left to the elder; price = insurance + credited + own part.</param>
public sealed record RedemptionDecision(Refusal? Refusal, long FromVoucher, Fen Credited, Fen OwnPart)
{
    public static implicit operator RedemptionDecision(Refusal refusal) => new(refusal, 0, Fen.Zero, Fen.Zero);

    public static implicit operator RedemptionDecision(Reason reason) => new Refusal(reason);
}
