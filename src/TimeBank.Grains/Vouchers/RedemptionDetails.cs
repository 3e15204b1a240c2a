using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>
/// What a redemption's entry says beside its transfers, so that the answer to the caller, its replays and every list are made from the entry alone. Read in a
/// refund's entry too, which carries the same.
/// </summary>
public sealed record RedemptionDetails(
    string Voucher, string Elder, string Programme, string Provider, string Item, long Quantity, Fen Price, Fen Insurance,
    long FromVoucher, Unit Unit, Fen Credited, Fen OwnPart, string Place, DateOnly ServiceDate, long Remaining)
{
    /// <summary>In the order in which they are stored.</summary>
    public (string Key, string Value)[] Write() =>
    [
        ("creditedFen", Text(Credited.Value)), ("elder", Elder), ("fromVoucher", Text(FromVoucher)), ("insuranceFen", Text(Insurance.Value)), ("item", Item),
        ("ownPartFen", Text(OwnPart.Value)), ("place", Place), ("priceFen", Text(Price.Value)), ("programme", Programme), ("provider", Provider),
        ("quantity", Text(Quantity)), ("remaining", Text(Remaining)), ("serviceDate", ServiceDate.ToString("O", CultureInfo.InvariantCulture)),
        ("unit", Unit.Code), ("voucher", Voucher),
    ];

    public static RedemptionDetails Of(JournalEntry entry) => new(
        entry.Detail("voucher"), entry.Detail("elder"), entry.Detail("programme"), entry.Detail("provider"), entry.Detail("item"), Number(entry, "quantity"),
        new Fen(Number(entry, "priceFen")), new Fen(Number(entry, "insuranceFen")), Number(entry, "fromVoucher"), Unit.Parse(entry.Detail("unit")),
        new Fen(Number(entry, "creditedFen")), new Fen(Number(entry, "ownPartFen")), entry.Detail("place"),
        DateOnly.ParseExact(entry.Detail("serviceDate"), "O", CultureInfo.InvariantCulture), Number(entry, "remaining"));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static long Number(JournalEntry entry, string key) => long.Parse(entry.Detail(key), CultureInfo.InvariantCulture);
}
