using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>The name of a resource of a region: <c>regions/430211/volunteers/0ABC…</c>.</summary>
/// <param name="Collection">The plural noun, such as <c>volunteers</c>.</param>
/// <param name="Id">The rest of the name. Only an account's path contains slashes.</param>
public readonly record struct ResourceName(RegionCode Region, string Collection, string Id)
{
    public const int MaxLength = 200;

    /// <summary>The beginning of every name.</summary>
    internal const string Regions = "regions/";

    public static bool TryParse(string? text, [NotNullWhen(true)] out ResourceName? name)
    {
        name = null;
        if (text is null || text.Length > MaxLength || !text.StartsWith(Regions, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> rest = text.AsSpan(Regions.Length);
        int region = rest.IndexOf('/');
        if (region < 0 || !RegionCode.TryParse(rest[..region], out RegionCode code)) return false;
        rest = rest[(region + 1)..];
        int collection = rest.IndexOf('/');
        if (collection <= 0 || collection + 1 == rest.Length) return false;
        name = new ResourceName(code, rest[..collection].ToString(), rest[(collection + 1)..].ToString());
        return true;
    }

    /// <summary>Reads an index of a name. Refuses leading zeros, so that each entry has one name.</summary>
    public static bool TryIndex(string text, out long index) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && index.ToString(CultureInfo.InvariantCulture) == text;

    public static string OfRegion(RegionCode region) => $"regions/{region}";

    public static string Of<T>(RegionCode region, string collection, T id)
        where T : notnull => string.Create(CultureInfo.InvariantCulture, $"regions/{region}/{collection}/{id}");

    /// <summary>The key of the resource's grain.</summary>
    public GrainKey GrainKey => new(Region, Id);

    public override string ToString() => Of(Region, Collection, Id);
}

/// <summary>A region's writer, and questions to it.</summary>
public static class RegionGrains
{
    public static ILedgerGrain Writer(this IGrainFactory grains, RegionCode region) => grains.GetGrain<ILedgerGrain>(region.ToString());

    /// <summary>True if the writer knows the command's outcome. Then no rule about today's date may refuse the retry.</summary>
    public static async Task<bool> IsKnownAsync(this IGrainFactory grains, RegionCode region, Command command) =>
        await grains.Writer(region).FindAsync(command.Id) is not null;

    /// <summary>What each account may still pay out, for accounts that never go into debit; zero for an unopened one.</summary>
    public static async Task<IReadOnlyList<long>> AvailableAsync(this IGrainFactory grains, RegionCode region,
        IReadOnlyList<AccountPath> paths)
    {
        if (paths.Count == 0) return [];
        ImmutableArray<Account> accounts = await grains.Writer(region).AccountsAsync([.. paths]);
        var rooms = accounts.ToDictionary(account => account.Path, account => account.Counters.DebitRoom);
        return [.. paths.Select(path => rooms.GetValueOrDefault(path))];
    }

    /// <exception cref="Grpc.Core.RpcException">REGION_UNKNOWN.</exception>
    public static void RequireRegion(RegionCode region)
    {
        if (RegionDirectory.BuiltIn.Find(region) is null) throw Problem.Of(Reason.RegionUnknown, ("region", region.ToString()));
    }
}
