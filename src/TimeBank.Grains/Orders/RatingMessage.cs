using Orleans;

namespace TimeBank.Grains;

/// <summary>What the recipient thinks of a service.</summary>
[GenerateSerializer, Immutable, Alias("timebank.rating")]
public sealed record RatingMessage([property: Id(0)] int Stars, [property: Id(1)] string Comment, [property: Id(2)] DateTimeOffset Rated);
