using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>Whether a redemption may be taken back, and whether a voucher may be ended.</summary>
public static class VoucherRules
{
    /// <summary>A redemption is taken back once, as a whole, while its voucher's claims are open; after that the money has gone back to the programme.</summary>
    /// <param name="redemption">The entry named; null where it isn't a redemption of this voucher.</param>
    public static Refusal? Refund(VoucherFacts? voucher, LinkedEntry? redemption, DateOnly today) =>
        voucher is null ? new Refusal(Reason.VoucherNotFound)
        : redemption is null ? new Refusal(Reason.RedemptionNotFound)
        : redemption.ReversedBy is not null ? new Refusal(Reason.RedemptionAlreadyRefunded)
        : voucher.End == VoucherEnd.Voided ? new Refusal(Reason.VoucherVoided)
        : voucher.End == VoucherEnd.Expired || today > voucher.Terms.ClaimBy ? Dated(Reason.VoucherClaimByPassed, voucher.Terms.ClaimBy)
        : null;

    /// <summary>A voucher that has something left may be voided.</summary>
    public static Refusal? Void(VoucherFacts? voucher) =>
        voucher is null ? new Refusal(Reason.VoucherNotFound)
        : voucher.End == VoucherEnd.Voided ? new Refusal(Reason.VoucherVoided)
        : voucher.End == VoucherEnd.Expired ? Dated(Reason.VoucherExpired, voucher.Terms.UseBy)
        : voucher.Remaining == 0 ? new Refusal(Reason.VoucherUsedUp)
        : null;

    /// <summary>Whether a run may expire it: not after use-by but after claim-by, because until then a provider may claim what was used in time.</summary>
    public static bool MayExpire(VoucherTerms terms, DateOnly today) => today > terms.ClaimBy;

    private static Refusal Dated(Reason reason, DateOnly day) => Refusal.Of(reason, ("date", day.ToString("O", CultureInfo.InvariantCulture)));
}
