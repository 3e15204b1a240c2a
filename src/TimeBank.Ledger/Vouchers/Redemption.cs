using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>What a provider asks for: a service given, and what it cost.</summary>
/// <param name="Item">The catalogue item's id.</param>
/// <param name="Quantity">How many of the item.</param>
/// <param name="Price">Of all of it.</param>
/// <param name="Insurance">Of that, paid by long-term-care insurance.</param>
/// <param name="Place">Where it was given; only money vouchers ask.</param>
/// <param name="ServiceDate">The day of the service; null for the day of the claim.</param>
public sealed record RedemptionClaim(
    OpaqueId Provider, Slug Item, long Quantity, Fen Price, Fen Insurance, ServicePlace Place, DateOnly? ServiceDate = null)
{
    public DateOnly ServedOn(DateOnly today) => ServiceDate ?? today;
}

/// <summary>
/// A service that a voucher has paid. Its entry says all of it beside the transfers, so that the answer to the caller, its replays and
/// every list are made from the entry alone. The entry of a refund says the same, with what the voucher has then.
/// </summary>
/// <param name="Price">insurance + credited + own part.</param>
/// <param name="FromVoucher">What the voucher gave, in its unit.</param>
/// <param name="Credited">What the provider is owed.</param>
/// <param name="OwnPart">What is left to the elder.</param>
/// <param name="Remaining">What the voucher has afterwards, in its unit.</param>
public sealed record Redemption(
    OpaqueId Voucher, OpaqueId Elder, Slug Programme, OpaqueId Provider, Slug Item, long Quantity, Fen Price, Fen Insurance,
    long FromVoucher, Unit Unit, Fen Credited, Fen OwnPart, ServicePlace Place, DateOnly ServiceDate, long Remaining)
{
    internal static Redemption Of(VoucherFacts voucher, RedemptionClaim claim, DateOnly served, long fromVoucher, Fen credited) => new(
        voucher.Id, voucher.Terms.Elder, voucher.Terms.Programme, claim.Provider, claim.Item, claim.Quantity, claim.Price, claim.Insurance,
        fromVoucher, voucher.Terms.Unit, credited, claim.Price - claim.Insurance - credited, claim.Place, served,
        voucher.Remaining - fromVoucher);

    /// <summary>As the entry of a redemption, or of a refund, says it.</summary>
    public static Redemption Of(JournalEntry entry) => new(
        OpaqueId.Parse(entry.Detail("voucher")), OpaqueId.Parse(entry.Detail("elder")), Slug.Parse(entry.Detail("programme")),
        OpaqueId.Parse(entry.Detail("provider")), Slug.Parse(entry.Detail("item")), Number(entry, "quantity"),
        new Fen(Number(entry, "priceFen")), new Fen(Number(entry, "insuranceFen")), Number(entry, "fromVoucher"),
        Unit.Parse(entry.Detail("unit")),
        new Fen(Number(entry, "creditedFen")), new Fen(Number(entry, "ownPartFen")), StoredName.Parse<ServicePlace>(entry.Detail("place")),
        DateOnly.ParseExact(entry.Detail("serviceDate"), "O", CultureInfo.InvariantCulture), Number(entry, "remaining"));

    /// <summary>The details of its entry, in the order in which they are stored.</summary>
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
