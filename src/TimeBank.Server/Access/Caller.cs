using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Who calls, as the token says.</summary>
/// <param name="Subject">The token's subject: an opaque id, at most 64 characters, which the journal keeps as the actor.</param>
/// <param name="Regions">Divisions the roles hold in; each covers those below it.</param>
/// <param name="Party">The caller's own party as a resource name; empty for staff.</param>
public sealed record Caller(string Subject, ImmutableArray<Role> Roles, ImmutableArray<RegionCode> Regions, string Party)
{
    public bool Has(Role role) => Roles.Contains(role);

    public bool CoversRegion(RegionCode region) => Regions.Contains(region) || Regions.Contains(region.City) || Regions.Contains(region.Province);

    public bool Owns(string resourceName) => Party.Length > 0 && string.Equals(Party, resourceName, StringComparison.Ordinal);
}
