using Orleans;

namespace TimeBank.Grains;

/// <summary>Where a demonstration stands.</summary>
[GenerateSerializer, Immutable, Alias("timebank.scenario-state")]
public sealed record ScenarioMessage([property: Id(0)] DateTimeOffset Start, [property: Id(1)] DateTimeOffset Now, [property: Id(2)] bool Finished);
