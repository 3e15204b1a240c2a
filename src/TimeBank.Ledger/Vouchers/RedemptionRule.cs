using System.Collections.Immutable;
using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>
/// Whether a voucher pays for a service, and how much. The first reason in this order is the answer:
/// <list type="number">
/// <item>the provider's clerk, if one redeems, may do that;</item>
/// <item>the voucher exists, and the provider exists;</item>
/// <item>the claim by itself: the day is not in the future, insurance pays at most the price, the day's service list has the item;</item>
/// <item>the voucher: not voided, not paid out, valid on the day of service, claimed in time, for this service, not used up;</item>
/// <item>the elder: alive on the day of service, and not gone from the register by then (a persistent subsidy stays with who left);</item>
/// <item>the provider: neither blacklisted nor suspended on the day of service or today; accredited for this service on the day of
/// service; it asks no more than it published;</item>
/// <item>the amount: there is something to pay, and the voucher has enough whole units.</item>
/// </list>
/// What the elder shows (<see cref="HolderCheckRule"/>) is asked last, of what would be paid: no guess at a PIN is spent on a refusal.
/// Use-by limits the day of the service; claim-by limits the day of the claim. A money voucher pays by <see cref="RedemptionAmount"/>, with
/// the ceiling price of all items and the ratio of the place. A unit voucher pays one unit per item; the provider gets the price less
/// insurance, up to the contract price.
/// </summary>
public static class RedemptionRule
{
    /// <param name="lastServed">The last day of a service to the elder, and why: a death or a departure. Null while there is none.</param>
    /// <param name="checks">The policy that says what the elder shows: that of the day of payment. Null: <paramref name="policy"/>.</param>
    /// <param name="spent">What vouchers paid for the elder today. Only a table that judges by the day's sum needs it.</param>
    /// <param name="clerk">Who redeems for the provider; null where the counter does, or a terminal did.</param>
    /// <param name="atMost">The most that a money voucher pays; null: what it has.</param>
    public static RedemptionJudgement Judge(
        VoucherFacts? voucher, ProviderFacts? provider, RedemptionClaim claim, Catalogue catalogue, Policy policy, DateOnly today,
        (DateOnly Day, Reason Reason)? lastServed = null, Policy? checks = null, SpentToday spent = default,
        string? clerk = null, Fen? atMost = null)
    {
        DateOnly served = claim.ServedOn(today);
        if (clerk is not null && provider is not null
            && StaffRule.Judge(provider.Staff, clerk, ProviderRight.Redeem, today) is { } no) return no;
        if (voucher is null) return Reason.VoucherNotFound;
        if (provider is null) return Reason.ProviderNotFound;
        if (served > today) return Reason.ServiceDateInFuture;
        if (claim.Insurance > claim.Price) return Reason.InsuranceAbovePrice;
        if (catalogue.Find(claim.Item) is not { } item) return Refusal.Of(Reason.ItemNotFound, ("item", claim.Item.Text));
        if (RefusalOf(voucher, item, served, today, policy.Vouchers) is { } refusal) return refusal;
        if (GoneBy(voucher, served, lastServed) is { } gone) return gone;
        if (provider.RefusalFor(item.Type, served) is { } then) return then;
        if (provider.StandingOn(today) is Standing.BlackListed or Standing.Suspended) return provider.RefusalFor(item.Type, today)!;
        if (provider.PriceRefusal(item, claim.Quantity, claim.Price, served) is { } above) return above;
        var balance = new Fen(voucher.Remaining);
        RedemptionJudgement judged = voucher.Terms.Kind switch
        {
            VoucherKind.Money => Money(voucher, item, claim, served, policy, Fen.Min(balance, atMost ?? balance)),
            VoucherKind.Units => Units(voucher, claim, served),
        };
        if (judged.Redemption is not { } paid) return judged;
        Fen worth = voucher.Terms.Kind switch
        {
            VoucherKind.Money => paid.Credited,
            VoucherKind.Units => Fen.Max(paid.Credited, new Fen(voucher.Terms.UnitPrice.Value * paid.FromVoucher)),
        };
        return judged with { Worth = worth, Needs = HolderCheckRule.Needed([item.Type], worth, checks ?? policy, lastServed, spent) };
    }

    /// <summary>Why a voucher can't pay for an item; null where it can.</summary>
    /// <param name="policy">Of the day of service.</param>
    internal static Refusal? RefusalOf(
        VoucherFacts voucher, CatalogueItem item, DateOnly served, DateOnly today, VouchersPolicy policy)
    {
        VoucherTerms terms = voucher.Terms;
        if (voucher.End == VoucherEnd.Voided) return new Refusal(Reason.VoucherVoided);
        if (voucher.End == VoucherEnd.PaidOut) return new Refusal(Reason.VoucherPaidOut);
        if (served > terms.UseBy) return Dated(Reason.VoucherExpired, terms.UseBy);
        if (served < terms.From) return Dated(Reason.VoucherNotYetValid, terms.From);
        // The answer is the same before and after a run has expired the voucher.
        DateOnly claimBy = terms.ClaimByOf(served, policy);
        if (voucher.End == VoucherEnd.Expired || today > claimBy) return Dated(Reason.VoucherClaimByPassed, claimBy);
        // The service list gives an item for fen (money vouchers), for units (unit vouchers) or for minutes (no voucher).
        bool isGivenForIt = item.Unit == terms.Unit && item.Payer != Payer.Elder;
        if (!isGivenForIt || !terms.ServiceTypes.Contains(item.Type)) return new Refusal(Reason.VoucherNotForService);
        return voucher.Remaining == 0 ? new Refusal(Reason.VoucherUsedUp) : null;
    }

    /// <summary>
    /// Why a voucher no longer pays for an elder who died or left; null where it does. A change of status ends what would expire anyway. A
    /// persistent subsidy is what the elder has already: only a death ends its use, and then it is the estate's.
    /// </summary>
    internal static Refusal? GoneBy(VoucherFacts voucher, DateOnly served, (DateOnly Day, Reason Reason)? lastServed) =>
        lastServed is { } last && served > last.Day && (voucher.Terms.Expires || last.Reason == Reason.ElderDeceased)
            ? Dated(last.Reason, last.Day) : null;

    private static RedemptionJudgement Money(VoucherFacts voucher, CatalogueItem item, RedemptionClaim claim, DateOnly served,
        Policy policy, Fen balance)
    {
        var ceiling = new Fen(item.CeilingPrice.Value * claim.Quantity);
        int ratio = policy.Vouchers.National.RatioPercent(claim.Place);
        RedemptionAmount amount = RedemptionAmount.Of(claim.Price, ceiling, claim.Insurance, ratio, balance);
        return amount.Voucher == Fen.Zero
            ? Reason.NothingToPay : Redemption.Of(voucher, claim, served, amount.Voucher.Value, amount.Voucher);
    }

    private static RedemptionJudgement Units(VoucherFacts voucher, RedemptionClaim claim, DateOnly served)
    {
        Fen due = claim.Price - claim.Insurance, credited = Fen.Min(due, new Fen(voucher.Terms.UnitPrice.Value * claim.Quantity));
        if (credited == Fen.Zero) return Reason.NothingToPay;
        if (claim.Quantity > voucher.Remaining)
        {
            return Refusal.Of(
                Reason.InsufficientBalance, ("available", Number(voucher.Remaining)), ("needed", Number(claim.Quantity)),
                    ("unit", voucher.Terms.Unit.Code));
        }
        return Redemption.Of(voucher, claim, served, claim.Quantity, credited);
    }

    internal static Refusal Dated(Reason reason, DateOnly day) =>
        Refusal.Of(reason, ("date", day.ToString("O", CultureInfo.InvariantCulture)));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The shares of one service's price when a money voucher pays.</summary>
/// <param name="Voucher">The voucher's share.</param>
/// <param name="Insurance">The share of long-term-care insurance; at most the price.</param>
/// <param name="Elder">The elder's share. The three add up to the price.</param>
public readonly record struct RedemptionAmount(Fen Voucher, Fen Insurance, Fen Elder)
{
    /// <summary>
    /// The voucher pays floor(own part × ratio), at most its balance. The own part is the price, up to the item's ceiling, less the
    /// insurance's part. Source: the formula of Guangdong; rounding down and the order of steps are our own.
    /// </summary>
    /// <param name="price">The provider's price.</param>
    /// <param name="ceiling">The item's ceiling price; the elder pays the excess.</param>
    /// <param name="insurance">The part of long-term-care insurance.</param>
    /// <param name="ratioPercent">0 to 100.</param>
    /// <param name="balance">The rest on the voucher.</param>
    public static RedemptionAmount Of(Fen price, Fen ceiling, Fen insurance, int ratioPercent, Fen balance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ratioPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ratioPercent, 100);
        Fen insured = Fen.Min(insurance, price);
        Fen considered = Fen.Min(price, ceiling);
        Fen ownPart = considered > insured ? considered - insured : Fen.Zero;
        // 128 bits: 92 quadrillion fen times 100 overflows 64 bits.
        Fen share = new((long)((Int128)ownPart.Value * ratioPercent / 100));
        Fen paid = Fen.Min(share, balance);
        return new RedemptionAmount(paid, insured, price - insured - paid);
    }
}

/// <summary>The result of a claim: a redemption, or the refusal.</summary>
public readonly record struct RedemptionJudgement(Redemption? Redemption, Refusal? Refusal)
{
    /// <summary>What the elder shows before the voucher is spent.</summary>
    public HolderCheck Needs { get; init; }

    /// <summary>What the elder gives up: the credited money, or units at their contract price where that is more.</summary>
    public Fen Worth { get; init; }

    public static implicit operator RedemptionJudgement(Redemption redemption) => new(redemption, null);

    public static implicit operator RedemptionJudgement(Refusal refusal) => new(null, refusal);

    public static implicit operator RedemptionJudgement(Reason reason) => new Refusal(reason);
}

/// <summary>What an elder shows for a payment.</summary>
public static class HolderCheckRule
{
    /// <summary>The details of an entry that needed something. Stored: never change them.</summary>
    public const string NeededKey = "holderNeeded", ShownKey = "holderShown", ConfirmationKey = "holderConfirmation";

    /// <summary>
    /// The strongest of what the policy's table says for each class of service, of the whole amount: a bill isn't split into lines to show
    /// less.
    /// </summary>
    /// <param name="amount">What vouchers pay, in fen; of a unit voucher what its units come to at the contract price, however little the
    /// provider asks for them.</param>
    /// <param name="lastServed">As for <see cref="RedemptionRule.Judge"/>. Of an elder who is known to have died nobody types a PIN:
    /// where the table asks for one, a confirmation is needed.</param>
    /// <param name="spent">What vouchers paid before on the day of payment, for the rows that judge by the day's sum.</param>
    public static HolderCheck Needed(
        IEnumerable<ServiceType> services, Fen amount, Policy policy, (DateOnly Day, Reason Reason)? lastServed = null,
        SpentToday spent = default)
    {
        ImmutableArray<HolderCheckRow> rows = policy.Vouchers.HolderChecks;
        if (rows.IsEmpty) return HolderCheck.Nothing;
        HolderCheck needed = services.Max(
            service => rows.FirstOrDefault(row => row.Fits(service, amount, spent))?.Needs ?? HolderCheck.Nothing);
        return needed == HolderCheck.Pin && lastServed is { Reason: Reason.ElderDeceased } ? HolderCheck.Confirmation : needed;
    }

    /// <summary>What was spent on a day. What was taken back doesn't count.</summary>
    /// <param name="entries">The day's redemptions and bills that stand, and the refunds of bills.</param>
    public static SpentToday Spent(IReadOnlyCollection<JournalEntry> entries, OpaqueId provider)
    {
        var paid = entries.Where(entry => entry.Code is EntryCode.RedeemVoucher or EntryCode.PayBill).ToDictionary(entry => entry.Index);
        (long all, long here) = (0, 0);
        foreach (JournalEntry entry in entries)
        {
            // A bill of another day may be refunded on this one.
            int sign = paid.ContainsKey(entry.Index) ? 1
                : entry.Code == EntryCode.RefundBill && paid.ContainsKey(Bill.RefundedBy(entry)) ? -1 : 0;
            // A payment's money transfers are what the elder gave up: what the provider is owed, and of units what is free again. A bill's
            // refund may also pass money on, so there the shares say it.
            long worth = checked(sign * (entry.Code is EntryCode.PayBill or EntryCode.RefundBill
                ? Bill.Of(entry).Shares.Sum(share => (share.Credited + share.Freed).Value)
                : entry.Transfers.Where(transfer => transfer.Unit == Unit.Fen).Sum(transfer => transfer.Posted)));
            all = checked(all + worth);
            if (sign != 0 && entry.Detail("provider") == provider.Text) here = checked(here + worth);
        }
        return new SpentToday(new Fen(all), new Fen(here));
    }

    /// <summary>The refusal where too little was shown; it names what is needed.</summary>
    public static Refusal? Judge(HolderCheck needed, HolderCheck shown) => shown >= needed ? null
        : Refusal.Of(Reason.HolderCheckNeeded, ("check", $"HOLDER_CHECK_{StoredName.UpperSnake(needed.ToString())}"));

    /// <summary>What an entry's payment needed; most need nothing.</summary>
    public static HolderCheck NeededOf(JournalEntry entry) => Of(entry, NeededKey);

    public static HolderCheck ShownOf(JournalEntry entry) => Of(entry, ShownKey);

    private static HolderCheck Of(JournalEntry entry, string key) =>
        entry.Header.Details.GetValueOrDefault(key) is { } name ? StoredName.Parse<HolderCheck>(name) : HolderCheck.Nothing;
}

/// <summary>Whether a redemption may be refunded, where its money goes, and whether a voucher may be ended.</summary>
public static class VoucherRule
{
    /// <summary>The detail of a refund whose money passed through an ended voucher: how that had ended. Stored: never change it.</summary>
    public const string EndedKey = "ended";

    /// <summary>
    /// A redemption can be refunded once, as a whole, however late: what wasn't given is never the provider's.
    /// </summary>
    /// <param name="redemption">The named entry; null where it isn't a redemption of this voucher.</param>
    public static Refusal? Refund(VoucherFacts? voucher, LinkedEntry? redemption) =>
        voucher is null ? new Refusal(Reason.VoucherNotFound)
        : redemption is null ? new Refusal(Reason.RedemptionNotFound)
        : redemption.ReversedBy is not null ? new Refusal(Reason.RedemptionAlreadyRefunded)
        : null;

    /// <summary>
    /// How a voucher has ended for what a refund brings back: the money goes on to the programme, and the voucher stays ended. None: it
    /// gets back what it paid. After claim-by it has ended, whether or not a run has expired it. One that was paid out gets it back: what
    /// wasn't given is the estate's, which then waits again. Nothing is redeemed with it, since its claims were over before the payment.
    /// </summary>
    public static VoucherEnd EndAtRefund(VoucherFacts voucher, DateOnly today) => voucher.End switch
    {
        VoucherEnd.Voided or VoucherEnd.Expired => voucher.End,
        VoucherEnd.PaidOut => VoucherEnd.None,
        VoucherEnd.None => today > voucher.Terms.ClaimBy ? VoucherEnd.Expired : VoucherEnd.None,
    };

    /// <summary>How an empty voucher had ended, where its last entry is a refund whose money passed through it; else None.</summary>
    internal static VoucherEnd EndIn(JournalEntry last, OpaqueId voucher) =>
        last.Code == EntryCode.RefundBill ? Bill.Of(last).Shares.Last(share => share.Voucher == voucher).Ended
        : last.Header.Details.GetValueOrDefault(EndedKey) is { } end ? StoredName.Parse<VoucherEnd>(end) : VoucherEnd.None;

    /// <summary>
    /// Whether an entry that moves a programme's money gives it some of an expired voucher: what it had left, or what a refund brought
    /// back.
    /// </summary>
    public static bool Frees(JournalEntry entry, Slug programme) => entry.Code switch
    {
        EntryCode.ExpireVoucher => true,
        EntryCode.RefundBill => Bill.Of(entry).Shares.Any(share => share.Programme == programme && share.Ended == VoucherEnd.Expired),
        _ => entry.Header.Details.GetValueOrDefault(EndedKey) == StoredName.Of(VoucherEnd.Expired),
    };

    /// <summary>A voucher can be voided while something is left on it, but not once it is the estate's.</summary>
    /// <param name="died">The day of the elder's death; null while none is known.</param>
    public static Refusal? Void(VoucherFacts? voucher, DateOnly? died = null) =>
        voucher is null ? new Refusal(Reason.VoucherNotFound)
        : voucher.End == VoucherEnd.Voided ? new Refusal(Reason.VoucherVoided)
        : voucher.End == VoucherEnd.PaidOut ? new Refusal(Reason.VoucherPaidOut)
        : voucher.End == VoucherEnd.Expired ? Dated(Reason.VoucherExpired, voucher.Terms.UseBy)
        : voucher.Remaining == 0 ? new Refusal(Reason.VoucherUsedUp)
        : died is { } day && EstateRule.IsOfEstate(voucher.Terms, day) ? new Refusal(Reason.VoucherOfEstate)
        : null;

    /// <summary>
    /// A run may expire a voucher after claim-by and not already after use-by: until claim-by a provider may claim a service given in time.
    /// </summary>
    public static bool MayExpire(VoucherTerms terms, DateOnly today) => today > terms.ClaimBy;

    private static Refusal Dated(Reason reason, DateOnly day) =>
        Refusal.Of(reason, ("date", day.ToString("O", CultureInfo.InvariantCulture)));
}

/// <summary>A provider's claim: the service given and its price.</summary>
/// <param name="Item">The catalogue item's id.</param>
/// <param name="Quantity">How many of the item.</param>
/// <param name="Price">The price of the whole quantity.</param>
/// <param name="Insurance">The part of the price that long-term-care insurance pays.</param>
/// <param name="Place">Where the service was given. Only money vouchers need it.</param>
/// <param name="ServiceDate">The day of the service; null means the day of the claim.</param>
public sealed record RedemptionClaim(
    OpaqueId Provider, Slug Item, long Quantity, Fen Price, Fen Insurance, ServicePlace Place, DateOnly? ServiceDate = null)
{
    public DateOnly ServedOn(DateOnly today) => ServiceDate ?? today;
}

/// <summary>
/// A service paid by a voucher. The entry's details contain all of it: the server builds the answer, its replays and every list from the
/// entry alone. The entry of a refund has the same details, with the voucher's new remaining amount.
/// </summary>
/// <param name="Price">Insurance + credited + own part.</param>
/// <param name="FromVoucher">The amount taken from the voucher, in its unit.</param>
/// <param name="Credited">The money owed to the provider.</param>
/// <param name="OwnPart">The money that the elder pays.</param>
/// <param name="Remaining">The rest on the voucher afterwards, in its unit.</param>
public sealed record Redemption(
    OpaqueId Voucher, OpaqueId Elder, Slug Programme, OpaqueId Provider, Slug Item, long Quantity, Fen Price, Fen Insurance,
    long FromVoucher, Unit Unit, Fen Credited, Fen OwnPart, ServicePlace Place, DateOnly ServiceDate, long Remaining)
{
    internal static Redemption Of(VoucherFacts voucher, RedemptionClaim claim, DateOnly served, long fromVoucher, Fen credited) => new(
        voucher.Id, voucher.Terms.Elder, voucher.Terms.Programme, claim.Provider, claim.Item, claim.Quantity, claim.Price, claim.Insurance,
        fromVoucher, voucher.Terms.Unit, credited, claim.Price - claim.Insurance - credited, claim.Place, served,
        voucher.Remaining - fromVoucher);

    /// <summary>Reads the details of a redemption's or a refund's entry.</summary>
    public static Redemption Of(JournalEntry entry) => new(
        OpaqueId.Parse(entry.Detail("voucher")), OpaqueId.Parse(entry.Detail("elder")), Slug.Parse(entry.Detail("programme")),
        OpaqueId.Parse(entry.Detail("provider")), Slug.Parse(entry.Detail("item")), Number(entry, "quantity"),
        new Fen(Number(entry, "priceFen")), new Fen(Number(entry, "insuranceFen")), Number(entry, "fromVoucher"),
        Unit.Parse(entry.Detail("unit")),
        new Fen(Number(entry, "creditedFen")), new Fen(Number(entry, "ownPartFen")), StoredName.Parse<ServicePlace>(entry.Detail("place")),
        DateOnly.ParseExact(entry.Detail("serviceDate"), "O", CultureInfo.InvariantCulture), Number(entry, "remaining"));

    /// <summary>The entry's details, in the order in which they are stored.</summary>
    public (string Key, string Value)[] ToDetails() =>
    [
        ("creditedFen", Text(Credited.Value)), ("elder", Elder.Text), ("fromVoucher", Text(FromVoucher)),
            ("insuranceFen", Text(Insurance.Value)),
        ("item", Item.Text), ("ownPartFen", Text(OwnPart.Value)), ("place", StoredName.Of(Place)), ("priceFen", Text(Price.Value)),
        ("programme", Programme.Text), ("provider", Provider.Text), ("quantity", Text(Quantity)), ("remaining", Text(Remaining)),
        ("serviceDate", ServiceDate.ToString("O", CultureInfo.InvariantCulture)), ("unit", Unit.Code), ("voucher", Voucher.Text),
    ];

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static long Number(JournalEntry entry, string key) => long.Parse(entry.Detail(key), CultureInfo.InvariantCulture);
}
