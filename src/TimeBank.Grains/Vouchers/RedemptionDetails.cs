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
    public (string Key, string Value)[] Write() =>
    [
        ("voucher", Voucher), ("elder", Elder), ("programme", Programme), ("provider", Provider), ("item", Item), ("quantity", Text(Quantity)),
        ("priceFen", Text(Price.Value)), ("insuranceFen", Text(Insurance.Value)), ("fromVoucher", Text(FromVoucher)), ("unit", Unit.Code),
        ("creditedFen", Text(Credited.Value)), ("ownPartFen", Text(OwnPart.Value)), ("place", Place),
        ("serviceDate", ServiceDate.ToString("O", CultureInfo.InvariantCulture)), ("remaining", Text(Remaining)),
    ];

    public static RedemptionDetails Of(JournalEntry entry) => new(
        entry.Detail("voucher"), entry.Detail("elder"), entry.Detail("programme"), entry.Detail("provider"), entry.Detail("item"), Number(entry, "quantity"),
        new Fen(Number(entry, "priceFen")), new Fen(Number(entry, "insuranceFen")), Number(entry, "fromVoucher"), Unit.Parse(entry.Detail("unit")),
        new Fen(Number(entry, "creditedFen")), new Fen(Number(entry, "ownPartFen")), entry.Detail("place"),
        DateOnly.ParseExact(entry.Detail("serviceDate"), "O", CultureInfo.InvariantCulture), Number(entry, "remaining"));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static long Number(JournalEntry entry, string key) => long.Parse(entry.Detail(key), CultureInfo.InvariantCulture);
}
