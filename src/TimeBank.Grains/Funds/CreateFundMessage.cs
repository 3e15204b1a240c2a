using Orleans;

namespace TimeBank.Grains;

/// <summary>To open a fund.</summary>
[GenerateSerializer, Immutable, Alias("timebank.create-fund")]
public sealed record CreateFundMessage([property: Id(0)] Command Command, [property: Id(1)] FundRecord Fund);
