using Orleans;

namespace TimeBank.Grains;

/// <summary>A party of an order rates the service: 1 to 5 stars.</summary>
[GenerateSerializer, Immutable, Alias("timebank.rate-order")]
public sealed record RateOrderMessage([property: Id(0)] Command Command, [property: Id(1)] string Party, [property: Id(2)] int Stars, [property: Id(3)] string Comment);
