using Orleans;

namespace TimeBank.Grains;

/// <summary>To set a provider's standing.</summary>
[GenerateSerializer, Immutable, Alias("timebank.set-standing")]
public sealed record SetStandingMessage([property: Id(0)] Command Command, [property: Id(1)] StandingRecord Standing);
