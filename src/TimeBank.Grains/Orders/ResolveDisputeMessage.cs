using Orleans;

namespace TimeBank.Grains;

/// <summary>Staff end a dispute: so many minutes move, or none and the order is cancelled.</summary>
[GenerateSerializer, Immutable, Alias("timebank.resolve-dispute")]
public sealed record ResolveDisputeMessage([property: Id(0)] Command Command, [property: Id(1)] long? Minutes, [property: Id(2)] string Note);
