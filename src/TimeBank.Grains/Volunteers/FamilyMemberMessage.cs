using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A direct relative: <c>elders/{id}</c> or <c>volunteers/{id}</c>, and what the person is to the volunteer.</summary>
[GenerateSerializer, Immutable, Alias("timebank.family-member")]
public sealed record FamilyMemberMessage([property: Id(0)] string Person, [property: Id(1)] Kinship Kinship);
