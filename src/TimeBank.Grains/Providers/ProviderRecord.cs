using System.Collections.Immutable;
using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A provider as registered, with every decision on its standing.</summary>
[GenerateSerializer, Immutable, Alias("timebank.provider-record")]
public sealed record ProviderRecord(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] ImmutableArray<ServiceType> ServiceTypes,
    [property: Id(3)] DateOnly AccreditedFrom,
    [property: Id(4)] DateOnly AccreditedUntil,
    [property: Id(5)] ImmutableArray<StandingRecord> Standings)
{
    /// <summary>What the rules may know.</summary>
    public ProviderFacts ToFacts() =>
        new(AccreditedFrom, AccreditedUntil, ServiceTypes, Standings.IsEmpty ? [] : [.. Standings.Select(standing => new StandingSpan(standing.Standing, standing.First, standing.Last))]);
}
