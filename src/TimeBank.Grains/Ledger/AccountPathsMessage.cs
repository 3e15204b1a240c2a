using System.Collections.Immutable;
using Orleans;

namespace TimeBank.Grains;

/// <summary>Paths of accounts to read.</summary>
[GenerateSerializer, Immutable, Alias("timebank.account-paths")]
public sealed record AccountPathsMessage([property: Id(0)] ImmutableArray<string> Paths);
