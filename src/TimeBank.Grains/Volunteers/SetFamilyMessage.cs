using System.Collections.Immutable;
using Orleans;

namespace TimeBank.Grains;

/// <summary>The whole list of a volunteer's direct family.</summary>
[GenerateSerializer, Immutable, Alias("timebank.set-family")]
public sealed record SetFamilyMessage([property: Id(0)] Command Command, [property: Id(1)] ImmutableArray<FamilyMemberMessage> Family);
