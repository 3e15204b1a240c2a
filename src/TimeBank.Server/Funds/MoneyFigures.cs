using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>What became of vouchers: issued = redeemed + expired + voided + released + remaining, because every part is a sum of the same accounts' postings.</summary>
/// <param name="Redeemed">Refunds taken off.</param>
/// <param name="Released">Committed and, because the price was lower, not needed.</param>
internal sealed record MoneyFigures(Int128 Issued, Int128 Redeemed, Int128 Expired, Int128 Voided, Int128 Released, Int128 Refunded)
{
    private Int128 Remaining => Issued - Redeemed - Expired - Voided - Released;

    public static MoneyFigures operator +(MoneyFigures left, MoneyFigures right) => new(
        left.Issued + right.Issued, left.Redeemed + right.Redeemed, left.Expired + right.Expired,
        left.Voided + right.Voided, left.Released + right.Released, left.Refunded + right.Refunded);

    /// <summary>By the vouchers' own accounts, in their unit.</summary>
    public static MoneyFigures OfVouchers(IReadOnlyList<Flow> vouchers) => new(
        vouchers.NetCredit(EntryCode.IssueVoucher), vouchers.NetDebit(EntryCode.RedeemVoucher), vouchers.NetDebit(EntryCode.ExpireVoucher),
        vouchers.NetDebit(EntryCode.VoidVoucher), 0, vouchers.ReversedDebit(EntryCode.RedeemVoucher));

    /// <summary>In money, by what is committed for unit vouchers; what a redemption gave back to the allotment was released.</summary>
    public static MoneyFigures OfCommitment(IReadOnlyList<Flow> committed, IReadOnlyList<Flow> allotted)
    {
        Int128 released = allotted.NetCredit(EntryCode.RedeemVoucher);
        return new MoneyFigures(
            committed.NetCredit(EntryCode.IssueVoucher), committed.NetDebit(EntryCode.RedeemVoucher) - released, committed.NetDebit(EntryCode.ExpireVoucher),
            committed.NetDebit(EntryCode.VoidVoucher), released,
            committed.ReversedDebit(EntryCode.RedeemVoucher) - allotted.ReversedCredit(EntryCode.RedeemVoucher));
    }

    public VoucherFigures ToContract(Unit unit) => new()
    {
        Issued = unit.OfTotal(Issued),
        Redeemed = unit.OfTotal(Redeemed),
        Expired = unit.OfTotal(Expired),
        Voided = unit.OfTotal(Voided),
        Released = unit.OfTotal(Released),
        Remaining = unit.OfTotal(Remaining),
        Refunded = unit.OfTotal(Refunded),
    };
}
