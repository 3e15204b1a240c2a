using System.Collections.Immutable;
using Orleans;

namespace TimeBank.Grains;

/// <summary>The positions of a region, by the other's code.</summary>
[GenerateSerializer, Immutable, Alias("timebank.positions")]
public sealed record PositionsMessage([property: Id(0)] ImmutableArray<PositionMessage> Positions);
