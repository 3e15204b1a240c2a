using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>Which vouchers get a paper, and how much of one a provider may accept without a network.</summary>
public static class OfflineRule
{
    /// <summary>A paper is for a voucher that can still be used: with something left, and not after its use-by.</summary>
    public static Refusal? Print(VoucherFacts voucher, DateOnly today) =>
        voucher.End == VoucherEnd.Voided ? new Refusal(Reason.VoucherVoided)
        : voucher.End == VoucherEnd.PaidOut ? new Refusal(Reason.VoucherPaidOut)
        : voucher.End == VoucherEnd.Expired || today > voucher.Terms.UseBy
            ? Refusal.Of(Reason.VoucherExpired, ("date", voucher.Terms.UseBy.ToString("O", CultureInfo.InvariantCulture)))
        : voucher.Remaining == 0 ? new Refusal(Reason.VoucherUsedUp)
        : null;

    /// <summary>
    /// The last day that the code on a paper names. That of a voucher without a use-by is the paper's own, the end of a month that the
    /// policy says: a paper can be spent by whoever holds it, so none is good for ever. The voucher itself is, and is printed again.
    /// </summary>
    /// <param name="today">The day of printing. All papers of a month have one last day, so the code stays the same within it.</param>
    public static DateOnly PaperUseBy(VoucherTerms terms, DateOnly today, VouchersPolicy policy) => terms.Expires ? terms.UseBy
        : new DateOnly(today.Year, today.Month, 1).AddMonths(policy.PaperMonths + 1).AddDays(-1);

    /// <summary>How long such a paper may live at most, in days; <see cref="MaxPaperDays"/> by any policy.</summary>
    public static int PaperDays(VouchersPolicy policy) => 31 * (policy.PaperMonths + 1);

    public const int MaxPaperDays = 31 * (VouchersPolicy.MaxPaperMonths + 1);

    /// <summary>
    /// The limit of the policy is one of money, since that is what a second acceptance would cost: a unit voucher may be used offline for
    /// as many units as the limit pays at the contract price. Own decision.
    /// </summary>
    /// <returns>In the voucher's unit, at most what it has left. 0: a provider needs a network to accept it.</returns>
    public static long Amount(VoucherFacts voucher, OfflinePolicy policy) => voucher.Terms switch
    {
        { Kind: VoucherKind.Money } => Math.Min(voucher.Remaining, policy.VoucherMax.Value),
        { UnitPrice.Value: 0 } => voucher.Remaining,
        { UnitPrice.Value: var price } => Math.Min(voucher.Remaining, policy.VoucherMax.Value / price),
    };
}
