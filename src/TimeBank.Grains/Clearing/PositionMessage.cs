using Orleans;

namespace TimeBank.Grains;

/// <summary>What stands between a region and another, in minutes: hours that left for it, and hours that came from it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.position")]
public sealed record PositionMessage([property: Id(0)] string Counterpart, [property: Id(1)] long DueTo, [property: Id(2)] long DueFrom);
