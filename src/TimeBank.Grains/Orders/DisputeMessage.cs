using Orleans;

namespace TimeBank.Grains;

/// <summary>A disagreement about a service; <c>Settled</c> is null while it is open, then whether hours moved.</summary>
[GenerateSerializer, Immutable, Alias("timebank.dispute")]
public sealed record DisputeMessage(
    [property: Id(0)] string RaisedBy,
    [property: Id(1)] DateTimeOffset Raised,
    [property: Id(2)] string Note,
    [property: Id(3)] bool? Settled,
    [property: Id(4)] DateTimeOffset? Resolved,
    [property: Id(5)] string ResolveNote);
