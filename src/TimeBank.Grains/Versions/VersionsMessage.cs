using System.Collections.Immutable;
using Orleans;

namespace TimeBank.Grains;

/// <summary>The versions of a region.</summary>
[GenerateSerializer, Immutable, Alias("timebank.version-list")]
public sealed record VersionsMessage([property: Id(0)] ImmutableArray<VersionMessage> Versions);
