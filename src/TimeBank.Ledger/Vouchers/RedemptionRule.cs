using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// Whether a voucher pays for a service, and how much. The first reason in this order is the answer:
/// <list type="number">
/// <item>there is such a voucher, and such a provider;</item>
/// <item>the claim by itself: the day is not in the future, insurance pays at most the price, the day's service list has the item;</item>
/// <item>the voucher: not voided, valid on the day of service, claimed in time, for this service, something left;</item>
/// <item>the provider: on the day of service and today neither blacklisted nor suspended, on the day of service accredited and for this service;</item>
/// <item>the amount: something to pay, and enough left for whole units.</item>
/// </list>
/// Use-by bounds the day of the service and claim-by the day of the claim, each by itself. A money voucher pays by <see cref="RedemptionAmount"/> with the
/// ceiling of all items and the ratio of the place; a unit voucher pays a unit for each item, and the provider gets the price less insurance, up to the
/// contract price.
/// </summary>
public static class RedemptionRule
{
    public static RedemptionDecision Decide(VoucherFacts? voucher, ProviderFacts? provider, RedemptionClaim claim, Catalogue catalogue, Policy policy, DateOnly today)
    {
        if (voucher is null) return Reason.VoucherNotFound;
        if (provider is null) return Reason.ProviderNotFound;
        if (claim.ServiceDate > today) return Reason.ServiceDateInFuture;
        if (claim.Insurance > claim.Price) return Reason.InsuranceAbovePrice;
        if (catalogue.Find(claim.Item) is not { } item) return Refusal.Of(Reason.ItemNotFound, ("item", claim.Item.Text));
        if (RefusalOf(voucher, item, claim, today) is { } refusal) return refusal;
        if (provider.RefusalFor(item.Type, claim.ServiceDate) is { } then) return then;
        if (provider.StandingOn(today) is Standing.BlackListed or Standing.Suspended) return provider.RefusalFor(item.Type, today)!.Value;
        return voucher.Terms.Kind switch
        {
            VoucherKind.Money => Money(voucher, item, claim, policy),
            VoucherKind.Units => Units(voucher, claim),
        };
    }

    private static Refusal? RefusalOf(VoucherFacts voucher, CatalogueItem item, RedemptionClaim claim, DateOnly today)
    {
        VoucherTerms terms = voucher.Terms;
        if (voucher.End == VoucherEnd.Voided) return new Refusal(Reason.VoucherVoided);
        if (claim.ServiceDate > terms.UseBy) return Dated(Reason.VoucherExpired, terms.UseBy);
        if (claim.ServiceDate < terms.From) return Dated(Reason.VoucherNotYetValid, terms.From);
        // A run may have expired the voucher or not: the day says it in the same way.
        if (voucher.End == VoucherEnd.Expired || today > terms.ClaimBy) return Dated(Reason.VoucherClaimByPassed, terms.ClaimBy);
        // The service list says what is given for an item: fen by money vouchers, units by unit vouchers, minutes by neither.
        bool isGivenForIt = item.Unit == terms.Unit && item.Payer != Payer.Elder;
        if (!isGivenForIt || !terms.Services.Contains(item.Type)) return new Refusal(Reason.VoucherNotForService);
        return voucher.Remaining == 0 ? new Refusal(Reason.VoucherUsedUp) : null;
    }

    private static RedemptionDecision Money(VoucherFacts voucher, CatalogueItem item, RedemptionClaim claim, Policy policy)
    {
        RedemptionAmount amount = RedemptionAmount.Of(
            claim.Price, new Fen(item.CeilingPrice.Value * claim.Quantity), claim.Insurance, policy.Vouchers.National.RatioPercent(claim.Setting), new Fen(voucher.Remaining));
        return amount.Voucher == Fen.Zero ? Reason.NothingToPay : new RedemptionDecision(null, amount.Voucher.Value, amount.Voucher, amount.Elder);
    }

    private static RedemptionDecision Units(VoucherFacts voucher, RedemptionClaim claim)
    {
        Fen due = claim.Price - claim.Insurance, credited = Fen.Min(due, new Fen(voucher.Terms.UnitPrice.Value * claim.Quantity));
        if (credited == Fen.Zero) return Reason.NothingToPay;
        if (claim.Quantity > voucher.Remaining)
        {
            return Refusal.Of(Reason.InsufficientBalance, ("available", Number(voucher.Remaining)), ("needed", Number(claim.Quantity)), ("unit", voucher.Terms.Unit.Code));
        }
        return new RedemptionDecision(null, claim.Quantity, credited, due - credited);
    }

    private static Refusal Dated(Reason reason, DateOnly day) => Refusal.Of(reason, ("date", day.ToString("O", CultureInfo.InvariantCulture)));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
