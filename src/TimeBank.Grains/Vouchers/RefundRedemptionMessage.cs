using Orleans;

namespace TimeBank.Grains;

/// <summary>To take a redemption of the voucher back.</summary>
/// <param name="Index">The index of the redemption's entry.</param>
[GenerateSerializer, Immutable, Alias("timebank.refund-redemption")]
public sealed record RefundRedemptionMessage([property: Id(0)] Command Command, [property: Id(1)] long Index);
