using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>The catalogues of all regions in all their versions. None in it falls below its wider region's of the day on which it began.</summary>
public sealed class CatalogueDirectory
{
    private readonly ImmutableArray<Catalogue> catalogues;

    private CatalogueDirectory(ImmutableArray<Catalogue> catalogues) => this.catalogues = catalogues;

    public static CatalogueDirectory Empty { get; } = new([]);

    /// <summary>The catalogues that ship with the product; their prices are made up for demonstration.</summary>
    public static CatalogueDirectory BuiltIn { get; } = LoadShipped();

    public IReadOnlyList<Catalogue> All => catalogues;

    /// <summary>The catalogue in force in a region on a civil day: its own, or the nearest wider region's; null where there is none.</summary>
    public Catalogue? At(RegionCode region, DateOnly day)
    {
        for (RegionCode? scope = region; scope is { } here; scope = here.Parent())
        {
            Catalogue? own = catalogues.Where(catalogue => catalogue.Region == here && catalogue.Effective <= day).MaxBy(catalogue => catalogue.Effective);
            if (own is not null)
                return own;
        }
        return null;
    }

    /// <summary>In what a catalogue falls below the wider region's in force on its first day; empty where nothing or no wider region's is there.</summary>
    public ImmutableArray<CatalogueFinding> FindingsOf(Catalogue catalogue) =>
        catalogue.Region.Parent() is { } wider && At(wider, catalogue.Effective) is { } parent ? catalogue.CompareWith(parent) : [];

    /// <summary>The directory with one catalogue more.</summary>
    /// <exception cref="ArgumentException">
    /// It has findings (ask <see cref="FindingsOf"/> first), or the region has a version of this name or first day already.
    /// </exception>
    public CatalogueDirectory With(Catalogue catalogue)
    {
        ImmutableArray<CatalogueFinding> findings = FindingsOf(catalogue);
        if (!findings.IsEmpty)
            throw new ArgumentException($"The catalogue of {catalogue.Region} falls below the wider region's: {string.Join("; ", findings)}.", nameof(catalogue));
        if (catalogues.Any(other => other.Region == catalogue.Region && (other.Version == catalogue.Version || other.Effective == catalogue.Effective)))
            throw new ArgumentException($"{catalogue.Region} has a version of this name or first day already.", nameof(catalogue));
        return new CatalogueDirectory(catalogues.Add(catalogue));
    }

    // Wider regions first: each is the floor of those inside it.
    private static CatalogueDirectory LoadShipped() => ShippedData.Names("catalogue-")
        .Select(name => Catalogue.Parse(ShippedData.Read(name)).Expect(name))
        .OrderBy(catalogue => catalogue.Region)
        .ThenBy(catalogue => catalogue.Effective)
        .Aggregate(Empty, (directory, catalogue) => directory.With(catalogue));
}
