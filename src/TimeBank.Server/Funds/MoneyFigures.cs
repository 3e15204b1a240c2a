using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>What became of vouchers: issued = redeemed + expired + voided + released + remaining, because every part is a sum of the same accounts' postings.</summary>
/// <param name="Redeemed">Refunds taken off.</param>
/// <param name="Released">Committed and, because the price was lower, not needed.</param>
internal sealed record MoneyFigures(long Issued, long Redeemed, long Expired, long Voided, long Released, long Refunded)
{
    private long Remaining => Issued - Redeemed - Expired - Voided - Released;

    /// <summary>By the vouchers' own accounts, in their unit.</summary>
    public static MoneyFigures OfVouchers(IReadOnlyList<Flow> vouchers) => new(
        vouchers.NetCredit(EntryCode.IssueVoucher), vouchers.NetDebit(EntryCode.RedeemVoucher), vouchers.NetDebit(EntryCode.ExpireVoucher),
        vouchers.NetDebit(EntryCode.VoidVoucher), 0, vouchers.ReversedDebit(EntryCode.RedeemVoucher));

    /// <summary>In money, by what is committed for unit vouchers; what a redemption gave back to the allotment was released.</summary>
    public static MoneyFigures OfCommitment(IReadOnlyList<Flow> committed, IReadOnlyList<Flow> allotted)
    {
        long released = allotted.NetCredit(EntryCode.RedeemVoucher);
        return new MoneyFigures(
            committed.NetCredit(EntryCode.IssueVoucher), committed.NetDebit(EntryCode.RedeemVoucher) - released, committed.NetDebit(EntryCode.ExpireVoucher),
            committed.NetDebit(EntryCode.VoidVoucher), released,
            committed.ReversedDebit(EntryCode.RedeemVoucher) - allotted.ReversedCredit(EntryCode.RedeemVoucher));
    }

    public VoucherFigures ToContract(Unit unit) => new()
    {
        Issued = unit.Of(Issued),
        Redeemed = unit.Of(Redeemed),
        Expired = unit.Of(Expired),
        Voided = unit.Of(Voided),
        Released = unit.Of(Released),
        Remaining = unit.Of(Remaining),
        Refunded = unit.Of(Refunded),
    };
}
