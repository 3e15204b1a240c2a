using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>To pay for a service with a voucher.</summary>
/// <param name="Item">The catalogue item's id.</param>
/// <param name="Place">Where it was given, as the caller said it; kept for the answer.</param>
/// <param name="Setting">Where it was given, as the rules know it; null where the caller didn't say.</param>
/// <param name="ServiceDate">Null for today.</param>
[GenerateSerializer, Immutable, Alias("timebank.redeem-voucher")]
public sealed record RedeemVoucherMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] string Provider,
    [property: Id(2)] string Item,
    [property: Id(3)] long Quantity,
    [property: Id(4)] long PriceFen,
    [property: Id(5)] long InsuranceFen,
    [property: Id(6)] string Place,
    [property: Id(7)] ServiceSetting? Setting,
    [property: Id(8)] DateOnly? ServiceDate);
