using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A decision on a provider's standing, and why in the authorities' words.</summary>
/// <param name="Last">The last day; null until further notice.</param>
[GenerateSerializer, Immutable, Alias("timebank.standing")]
public sealed record StandingRecord([property: Id(0)] Standing Standing, [property: Id(1)] DateOnly First, [property: Id(2)] DateOnly? Last, [property: Id(3)] string Note);
