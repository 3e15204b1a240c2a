namespace TimeBank.Cli;

/// <summary>Resource names from what people type: an id, a name below a region, or the whole name.</summary>
internal static class ResourceNames
{
    private const string Regions = "regions/";

    /// <summary><c>P7K2…</c>, <c>volunteers/P7K2…</c> and the whole name all give the whole name.</summary>
    public static string Full(string collection, string text, string region) =>
        text.StartsWith(Regions, StringComparison.Ordinal) ? text
        : text.StartsWith(collection + "/", StringComparison.Ordinal) ? $"{Regions}{region}/{text}"
        : $"{Regions}{region}/{collection}/{text}";

    public static string OfRegion(string text) => text.StartsWith(Regions, StringComparison.Ordinal) ? text : Regions + text;

    /// <summary>The code of the region that a name stands in, or that is given itself.</summary>
    public static string RegionOf(string name) => name.StartsWith(Regions, StringComparison.Ordinal) ? name.Split('/')[1] : name;

    /// <summary>What stands after the region's collection: an id, a slug, or an account's path.</summary>
    public static string Short(string name) => name.StartsWith(Regions, StringComparison.Ordinal) && name.Split('/', 4) is [_, _, _, var rest] ? rest : name;

    /// <summary>The collection below the region: <c>volunteers</c>; empty for a region itself.</summary>
    public static string CollectionOf(string name) => name.StartsWith(Regions, StringComparison.Ordinal) && name.Split('/') is [_, _, var collection, ..] ? collection : "";
}
