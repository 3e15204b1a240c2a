using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>What an elder who died left on persistent vouchers. It belongs to the heirs.</summary>
/// <param name="Died">The day of the death.</param>
/// <param name="PayableFrom">The first day on which it can be paid: until then providers may claim what they gave before the death.</param>
/// <param name="Left">What each voucher has left, the oldest first.</param>
/// <param name="ToVoid">
/// What was issued after the day of the death, because the notice came late. It was nobody's: finance voids it.
/// </param>
public sealed record Estate(DateOnly Died, DateOnly PayableFrom, ImmutableArray<EstateShare> Left, ImmutableArray<EstateShare> ToVoid)
{
    /// <summary>All that is left.</summary>
    public Fen Amount => Sum(Left);

    /// <summary>What the next entry pays: of very many vouchers the oldest.</summary>
    public ImmutableArray<EstateShare> Shares => Left.Length <= EstateRule.MaxShares ? Left : Left[..EstateRule.MaxShares];

    public Fen PayableAmount => Sum(Shares);

    public Fen AmountToVoid => Sum(ToVoid);

    private static Fen Sum(ImmutableArray<EstateShare> shares) => shares.Aggregate(Fen.Zero, (sum, share) => sum + share.Amount);
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

    /// <summary>
    /// The first of the days of service whose policies matter: what was given before it can't be claimed later than what was given on the
    /// day of the death, whatever the policies say.
    /// </summary>
    public static DateOnly ClaimsSince(DateOnly died) => died.AddDays(-VouchersPolicy.MaxClaimGraceDays - 31);

    /// <param name="vouchers">The elder's, in any order.</param>
    /// <param name="policies">Every policy that was in force from <see cref="ClaimsSince"/> to the death, with the last of its days.
    /// </param>
    public static Estate Of(
        IEnumerable<VoucherFacts> vouchers, DateOnly died, IEnumerable<(VouchersPolicy Policy, DateOnly Last)> policies)
    {
        ILookup<bool, EstateShare> isOfEstate = vouchers.Where(voucher => voucher.Remaining > 0 && !voucher.Terms.Expires)
            .OrderBy(voucher => voucher.Terms.From).ThenBy(voucher => voucher.Id.Text, StringComparer.Ordinal)
            .ToLookup(
                voucher => IsOfEstate(voucher.Terms, died),
                voucher => new EstateShare(voucher.Id, voucher.Terms.Programme, new Fen(voucher.Remaining)));
        // A claim goes by the policy of the day of the service, and an earlier one may have given more time.
        DateOnly claimBy = policies.Max(one => VoucherTerms.ClaimByWithoutUseBy(one.Last, one.Policy));
        return new Estate(died, claimBy.AddDays(1), [.. isOfEstate[true]], [.. isOfEstate[false]]);
    }

    /// <summary>Why an estate can't be paid, in this order: nobody died, nothing is left, providers may still claim.</summary>
    /// <param name="estate">Null where no death is known.</param>
    public static Refusal? Judge(Estate? estate, DateOnly today) =>
        estate is null ? new Refusal(Reason.EstateElderAlive)
        : estate.Left.IsEmpty ? new Refusal(Reason.EstateEmpty)
        : today < estate.PayableFrom ? RedemptionRule.Dated(Reason.EstateClaimsOpen, estate.PayableFrom)
        : null;

    /// <summary>Why a proposal can't be paid as it was made; the first reason is the answer.</summary>
    /// <param name="proposed">The amount of which the second person knows.</param>
    public static Refusal? Approve(string proposedBy, string actor, Estate? estate, Fen proposed, DateOnly today) =>
        proposedBy == actor ? new Refusal(Reason.MakerIsChecker)
        : Judge(estate, today) is { } refusal ? refusal
        : estate!.PayableAmount != proposed ? Refusal.Of(
            Reason.EstateAmountChanged, ("needed", Number(proposed)), ("available", Number(estate.PayableAmount)), ("unit", Unit.Fen.Code))
        : null;

    private static string Number(Fen amount) => amount.Value.ToString(CultureInfo.InvariantCulture);
}
