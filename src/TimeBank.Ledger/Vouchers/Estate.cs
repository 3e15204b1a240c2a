using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>What an elder who died left on persistent vouchers. It belongs to the heirs.</summary>
/// <param name="Died">The day of the death.</param>
/// <param name="PayableFrom">The first day on which it can be paid: until then providers may claim what they gave before the death.</param>
/// <param name="Shares">What each voucher has left, the oldest first.</param>
public sealed record Estate(DateOnly Died, DateOnly PayableFrom, ImmutableArray<EstateShare> Shares)
{
    public Fen Amount => Shares.Aggregate(Fen.Zero, (sum, share) => sum + share.Amount);
}

/// <summary>What one voucher leaves.</summary>
public sealed record EstateShare(OpaqueId Voucher, Slug Programme, Fen Amount);

/// <summary>
/// What becomes of persistent vouchers after a death: nothing more is redeemed for a service after that day, and what is left is paid to
/// the heirs once nothing can be claimed any more. Source: the Beijing card; how it is paid, and when, is our own.
/// </summary>
public static class EstateRule
{
    /// <summary>So many vouchers are paid by one entry; more are left for the next one.</summary>
    public const int MaxShares = 200;

    /// <summary>
    /// Whether a voucher goes to the estate. One that was issued after the day of the death, because the notice came late, was nobody's:
    /// finance voids it.
    /// </summary>
    public static bool IsOfEstate(VoucherTerms terms, DateOnly died) => !terms.Expires && terms.From <= died;

    /// <param name="vouchers">The elder's, in any order.</param>
    /// <param name="policy">Of the day of the death.</param>
    public static Estate Of(IEnumerable<VoucherFacts> vouchers, DateOnly died, VouchersPolicy policy)
    {
        VoucherFacts[] left = [.. vouchers.Where(voucher => voucher.Remaining > 0 && IsOfEstate(voucher.Terms, died))
            .OrderBy(voucher => voucher.Terms.From).ThenBy(voucher => voucher.Id.Text, StringComparer.Ordinal).Take(MaxShares)];
        // Every voucher without a use-by answers the same: it is reckoned from the day of the service.
        DateOnly from = left is [var any, ..] ? any.Terms.ClaimByOf(died, policy).AddDays(1) : died;
        return new Estate(
            died, from,
            [.. left.Select(voucher => new EstateShare(voucher.Id, voucher.Terms.Programme, new Fen(voucher.Remaining)))]);
    }

    /// <summary>Why an estate can't be paid, in this order: nobody died, nothing is left, providers may still claim.</summary>
    /// <param name="estate">Null where no death is known.</param>
    public static Refusal? Judge(Estate? estate, DateOnly today) =>
        estate is null ? new Refusal(Reason.EstateElderAlive)
        : estate.Shares.IsEmpty ? new Refusal(Reason.EstateEmpty)
        : today < estate.PayableFrom ? RedemptionRule.Dated(Reason.EstateClaimsOpen, estate.PayableFrom)
        : null;

    /// <summary>Why a proposal can't be paid as it was made; the first reason is the answer.</summary>
    /// <param name="proposed">The amount of which the second person knows.</param>
    public static Refusal? Approve(string proposedBy, string actor, Estate? estate, Fen proposed, DateOnly today) =>
        proposedBy == actor ? new Refusal(Reason.MakerIsChecker)
        : Judge(estate, today) is { } refusal ? refusal
        : estate!.Amount != proposed ? Refusal.Of(
            Reason.EstateAmountChanged, ("needed", Number(proposed)), ("available", Number(estate.Amount)), ("unit", Unit.Fen.Code))
        : null;

    private static string Number(Fen amount) => amount.Value.ToString(CultureInfo.InvariantCulture);
}
