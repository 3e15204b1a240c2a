using Orleans;

namespace TimeBank.Grains;

/// <summary>To register a provider.</summary>
[GenerateSerializer, Immutable, Alias("timebank.register-provider")]
public sealed record RegisterProviderMessage([property: Id(0)] Command Command, [property: Id(1)] ProviderRecord Provider);
