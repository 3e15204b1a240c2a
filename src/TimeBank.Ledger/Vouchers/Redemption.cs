using System.Globalization;

namespace TimeBank.Ledger;

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
