using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A provider as registered, with every decision on its standing.</summary>
[GenerateSerializer, Immutable, Alias("timebank.provider-record")]
public sealed record ProviderRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("displayName")] string DisplayName,
    [property: Id(2), JsonPropertyName("serviceTypes")] ImmutableArray<ServiceType> ServiceTypes,
    [property: Id(3), JsonPropertyName("accreditedFrom")] DateOnly AccreditedFrom,
    [property: Id(4), JsonPropertyName("accreditedUntil")] DateOnly AccreditedUntil,
    [property: Id(5), JsonPropertyName("standings")] ImmutableArray<StandingRecord> Standings)
{
    /// <summary>What the rules may know.</summary>
    public ProviderFacts ToFacts() =>
        new(AccreditedFrom, AccreditedUntil, ServiceTypes, Standings.IsEmpty ? [] : [.. Standings.Select(standing => new StandingSpan(standing.Standing, standing.First, standing.Last))]);
}
