using System.Diagnostics.CodeAnalysis;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>A resource name below a region: <c>regions/430211/volunteers/0ABC…</c>.</summary>
/// <param name="Collection">Such as <c>volunteers</c>.</param>
/// <param name="Id">The rest; only an account's path has slashes in it.</param>
public readonly record struct ResourceName(RegionCode Region, string Collection, string Id)
{
    public const int MaxLength = 200;

    public static bool TryParse(string? text, [NotNullWhen(true)] out ResourceName? name)
    {
        name = null;
        if (text is null || text.Length > MaxLength) return false;
        string[] parts = text.Split('/', 4);
        if (parts.Length != 4 || parts[0] != "regions" || parts[2].Length == 0 || parts[3].Length == 0 || !RegionCode.TryParse(parts[1], out RegionCode region)) return false;
        name = new ResourceName(region, parts[2], parts[3]);
        return true;
    }

    public static string OfRegion(RegionCode region) => $"regions/{region}";

    public static string Of(RegionCode region, string collection, object id) => $"regions/{region}/{collection}/{id}";

    /// <summary>The key of the grain that is the authority for it.</summary>
    public string GrainKey => $"{Region}/{Id}";

    public override string ToString() => Of(Region, Collection, Id);
}
