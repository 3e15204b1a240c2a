using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>A region's service list, in force from one day on.</summary>
public sealed class Catalogue
{
    private readonly FrozenDictionary<Slug, CatalogueItem> items;

    internal Catalogue(RegionCode region, Slug version, DateOnly effective, LocalText note, ImmutableArray<CatalogueItem> items,
        ReadOnlyMemory<byte> file)
    {
        File = file;
        Region = region;
        Version = version;
        Effective = effective;
        Note = note;
        Items = items;
        this.items = items.ToFrozenDictionary(item => item.Id);
    }

    public RegionCode Region { get; }

    /// <summary>The version's name. Region and version together name the catalogue.</summary>
    public Slug Version { get; }

    /// <summary>The first civil day on which it is in force.</summary>
    public DateOnly Effective { get; }

    /// <summary>A note on the whole list, such as that its prices are made up.</summary>
    public LocalText Note { get; }

    /// <summary>The items in file order.</summary>
    public ImmutableArray<CatalogueItem> Items { get; }

    /// <summary>The bytes of the file from which the catalogue was read.</summary>
    public ReadOnlyMemory<byte> File { get; }

    /// <summary>Reads a catalogue file. Every error names its place.</summary>
    public static DataResult<Catalogue> Parse(ReadOnlySpan<byte> utf8) => CatalogueFile.Parse(utf8);

    /// <summary>The item of this id, or null.</summary>
    public CatalogueItem? Find(Slug id) => items.GetValueOrDefault(id);

    /// <summary>
    /// Every point in which this catalogue falls below a wider region's, its floor: an item is missing, or gives less, to fewer elders, or
    /// more at the elder's expense. Own items, higher prices and more units are no findings. A catalogue with a finding is refused.
    /// </summary>
    public ImmutableArray<CatalogueFinding> CompareWith(Catalogue parent) => CatalogueFloor.Compare(this, parent);
}

/// <summary>One service of the service list (基本养老服务清单): what it is, who may have it, what it costs and who pays.</summary>
/// <param name="Unit">The unit that pays for it: a service unit, fen, or minutes of the time bank.</param>
/// <param name="Place">The place of the service.</param>
/// <param name="CeilingPrice">The highest price towards which public money pays; zero for an item given for minutes.</param>
/// <param name="ContractPrice">The provider's pay for one unit. Null unless a unit voucher covers the item.</param>
/// <param name="StandardMinutes">The minimum length of one service; zero where it is not timed.</param>
/// <param name="UnitsPerMonth">The minimum that a programme gives a month; zero promises nothing.</param>
/// <param name="FromAge">The minimum age in years.</param>
/// <param name="FromGrade">The mildest grade of disability that may have it; able means everybody.</param>
/// <param name="Content">The content and standard of the service, in words.</param>
public sealed record CatalogueItem(
    Slug Id,
    ServiceType Type,
    LocalText Name,
    Unit Unit,
    ServicePlace Place,
    Payer Payer,
    Fen CeilingPrice,
    Fen? ContractPrice,
    Minutes StandardMinutes,
    long UnitsPerMonth,
    int FromAge,
    AbilityGrade FromGrade,
    LocalText Content);

/// <summary>A text in simplified Chinese and in English.</summary>
public sealed record LocalText(string Chinese, string English);

/// <summary>Who pays for an item. The numbers are stored.</summary>
public enum Payer
{
    None = 0,

    /// <summary>Public or donated funds pay all.</summary>
    PublicFunds = 1,

    /// <summary>A voucher pays a share, the elder the rest.</summary>
    Shared = 2,

    /// <summary>The elder pays all.</summary>
    Elder = 3,

    /// <summary>The elder spends hours; no money.</summary>
    TimeBank = 4,
}

/// <summary>Where a service is given. The national e-voucher pays a smaller share outside the home.</summary>
public enum ServicePlace
{
    /// <summary>Not given. Only money vouchers need it.</summary>
    [JsonStringEnumMemberName("Unspecified")]
    Unspecified = 0,

    /// <summary>At the elder's home, or at a counter of the community.</summary>
    [JsonStringEnumMemberName("Home")]
    Home = 1,

    [JsonStringEnumMemberName("DayCare")]
    DayCare = 2,

    [JsonStringEnumMemberName("Institution")]
    Institution = 3,
}

/// <summary>The type of a service: the service lists' own, and those that volunteers give. The numbers are stored.</summary>
public enum ServiceType
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>助餐</summary>
    [JsonStringEnumMemberName("Meal")]
    Meal = 1,

    /// <summary>助浴</summary>
    [JsonStringEnumMemberName("Bath")]
    Bath = 2,

    /// <summary>助洁</summary>
    [JsonStringEnumMemberName("Clean")]
    Clean = 3,

    /// <summary>助医</summary>
    [JsonStringEnumMemberName("Medical")]
    Medical = 4,

    /// <summary>助急</summary>
    [JsonStringEnumMemberName("Urgent")]
    Urgent = 5,

    /// <summary>助行</summary>
    [JsonStringEnumMemberName("Mobility")]
    Mobility = 6,

    /// <summary>照护: personal care, at home or in day care.</summary>
    [JsonStringEnumMemberName("Care")]
    Care = 7,

    /// <summary>陪伴</summary>
    [JsonStringEnumMemberName("Companionship")]
    Companionship = 20,

    /// <summary>代办</summary>
    [JsonStringEnumMemberName("Errands")]
    Errands = 21,

    /// <summary>智能设备帮教</summary>
    [JsonStringEnumMemberName("DigitalHelp")]
    DigitalHelp = 22,
}

/// <summary>
/// The catalogues of all regions in all versions. None falls below the catalogue of its wider region that was in force on its first day.
/// </summary>
public sealed class CatalogueDirectory
{
    private readonly ImmutableArray<Catalogue> catalogues;

    private CatalogueDirectory(ImmutableArray<Catalogue> catalogues) => this.catalogues = catalogues;

    public static CatalogueDirectory Empty { get; } = new([]);

    /// <summary>The catalogues that ship with the product. Their prices are made up for demonstration.</summary>
    public static CatalogueDirectory BuiltIn { get; } = LoadShipped();

    public IReadOnlyList<Catalogue> All => catalogues;

    /// <summary>The catalogue in force in a region on a civil day: the region's own, else the nearest wider region's, else null.</summary>
    public Catalogue? At(RegionCode region, DateOnly day)
    {
        for (RegionCode? scope = region; scope is { } here; scope = here.Parent())
        {
            Catalogue? own = catalogues.Where(catalogue => catalogue.Region == here && catalogue.Effective <= day)
                .MaxBy(catalogue => catalogue.Effective);
            if (own is not null)
                return own;
        }
        return null;
    }

    /// <summary>
    /// Where a catalogue falls below the wider region's that is in force on its first day. Empty if it doesn't, or if there is no wider
    /// one.
    /// </summary>
    public ImmutableArray<CatalogueFinding> FindingsOf(Catalogue catalogue) =>
        catalogue.Region.Parent() is { } wider && At(wider, catalogue.Effective) is { } parent ? catalogue.CompareWith(parent) : [];

    /// <summary>The directory with one more catalogue.</summary>
    /// <exception cref="ArgumentException">The catalogue has findings (ask <see cref="FindingsOf"/> first), or the region already has a
    /// version with this name or first day.</exception>
    public CatalogueDirectory With(Catalogue catalogue)
    {
        ImmutableArray<CatalogueFinding> findings = FindingsOf(catalogue);
        if (!findings.IsEmpty)
            throw new ArgumentException(
            $"The catalogue of {catalogue.Region} falls below the wider region's: {string.Join("; ", findings)}.", nameof(catalogue));
        if (catalogues.Any(other => other.Region == catalogue.Region
            && (other.Version == catalogue.Version || other.Effective == catalogue.Effective)))
            throw new ArgumentException($"{catalogue.Region} has a version of this name or first day already.", nameof(catalogue));
        return new CatalogueDirectory(catalogues.Add(catalogue));
    }

    // Wider regions first: each is the floor of the regions inside it.
    private static CatalogueDirectory LoadShipped() => ShippedData.Names("catalogue-")
        .Select(name => Catalogue.Parse(ShippedData.Read(name)).Expect(name))
        .OrderBy(catalogue => catalogue.Region)
        .ThenBy(catalogue => catalogue.Effective)
        .Aggregate(Empty, (directory, catalogue) => directory.With(catalogue));
}
