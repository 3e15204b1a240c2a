using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A direct relative of a volunteer.</summary>
/// <param name="Person">Below the region: <c>elders/{id}</c> or <c>volunteers/{id}</c>.</param>
public sealed record FamilyMemberState(
    [property: JsonPropertyName("person")] string Person,
    [property: JsonPropertyName("kinship")] Kinship Kinship);
