namespace TimeBank.Ledger;

/// <summary>What a provider asks for: a service given, and what it cost.</summary>
/// <param name="Item">The catalogue item's id.</param>
/// <param name="Quantity">How many of the item.</param>
/// <param name="Price">Of all of it.</param>
/// <param name="Insurance">Of that, paid by long-term-care insurance.</param>
/// <param name="Setting">Where it was given; only money vouchers ask.</param>
public sealed record RedemptionClaim(Slug Item, long Quantity, Fen Price, Fen Insurance, ServiceSetting Setting, DateOnly ServiceDate);
