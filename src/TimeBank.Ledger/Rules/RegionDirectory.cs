using System.Collections.Frozen;

namespace TimeBank.Ledger;

/// <summary>A province, a city or a county-level division, with its Chinese and English names.</summary>
public sealed record Region(RegionCode Code, string Chinese, string English);

/// <summary>The regions that the system knows by name.</summary>
public sealed class RegionDirectory
{
    private const string File = "regions.json";
    private const int MaxNameLength = 60;

    private readonly FrozenDictionary<RegionCode, Region> regions;

    private RegionDirectory(string source, IEnumerable<Region> regions)
    {
        Source = source;
        this.regions = regions.ToFrozenDictionary(region => region.Code);
    }

    /// <summary>The regions that ship with the product.</summary>
    public static RegionDirectory BuiltIn { get; } = Parse(ShippedData.Read(File)).Expect(File);

    /// <summary>The source of codes and names.</summary>
    public string Source { get; }

    /// <summary>Every region, by code.</summary>
    public IEnumerable<Region> All => regions.Values.OrderBy(region => region.Code);

    /// <summary>The region of this code; null where the directory lacks it.</summary>
    public Region? Find(RegionCode code) => regions.GetValueOrDefault(code);

    /// <summary>The regions directly below: a city's districts, a province's cities.</summary>
    public IEnumerable<Region> Below(RegionCode code) => All.Where(region => region.Code.Parent() == code);

    /// <summary>Reads a directory. Codes are unique, and each region stands after its wider one.</summary>
    public static DataResult<RegionDirectory> Parse(ReadOnlySpan<byte> utf8)
    {
        List<DataError> errors = [];
        DataObject file = DataObject.OfFile(utf8, errors);
        string source = file.Text("source", 400);
        Dictionary<RegionCode, Region> read = [];
        foreach (DataObject entry in file.Objects("regions"))
        {
            Region region = new(entry.Region("code"), entry.Text("zh", MaxNameLength), entry.Text("en", MaxNameLength));
            entry.Close();
            if (region.Code == default)
                continue;
            if (!read.TryAdd(region.Code, region))
                entry.Refuse("code", "stands here twice");
            else if (region.Code.Parent() is { } parent && !read.ContainsKey(parent))
                entry.Refuse("code", $"stands before its wider region {parent}, or without it");
        }
        file.Close();
        return errors.Count == 0 ? new(new RegionDirectory(source, read.Values)) : new(errors);
    }
}
