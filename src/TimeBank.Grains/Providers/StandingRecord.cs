using System.Text.Json.Serialization;
using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A decision on a provider's standing, and why in the authorities' words.</summary>
/// <param name="Last">The last day; null until further notice.</param>
[GenerateSerializer, Immutable, Alias("timebank.standing")]
public sealed record StandingRecord(
    [property: Id(0), JsonPropertyName("standing")] Standing Standing,
    [property: Id(1), JsonPropertyName("first")] DateOnly First,
    [property: Id(2), JsonPropertyName("last")] DateOnly? Last,
    [property: Id(3), JsonPropertyName("note")] string Note);
