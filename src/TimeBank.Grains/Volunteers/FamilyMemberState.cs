using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A direct relative of a volunteer.</summary>
/// <param name="Person">Below the region: <c>elders/{id}</c> or <c>volunteers/{id}</c>.</param>
public sealed record FamilyMemberState(string Person, Kinship Kinship);
