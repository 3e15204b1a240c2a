using System.Collections.Frozen;
using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>The service list of one region from one day on.</summary>
public sealed class Catalogue
{
    private readonly FrozenDictionary<Slug, CatalogueItem> items;

    internal Catalogue(RegionCode region, Slug version, DateOnly effective, LocalText note, ImmutableArray<CatalogueItem> items, ReadOnlyMemory<byte> file)
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

    /// <summary>The version's name; with the region it names the catalogue.</summary>
    public Slug Version { get; }

    /// <summary>The first civil day on which it is in force.</summary>
    public DateOnly Effective { get; }

    /// <summary>What a reader must know of the whole, such as that its prices are made up.</summary>
    public LocalText Note { get; }

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<CatalogueItem> Items { get; }

    /// <summary>The bytes of the file that it was read from.</summary>
    public ReadOnlyMemory<byte> File { get; }

    /// <summary>Reads a catalogue file; every error names its place.</summary>
    public static DataResult<Catalogue> Parse(ReadOnlySpan<byte> utf8) => CatalogueFile.Parse(utf8);

    /// <summary>The item of this id, or null.</summary>
    public CatalogueItem? Find(Slug id) => items.GetValueOrDefault(id);

    /// <summary>
    /// Everything in which this catalogue falls below a wider region's, which is the floor: an item that it lacks, or gives less of, to fewer, or more at
    /// the elder's expense. Items of its own, higher prices and more units are no findings. A catalogue with a finding is refused.
    /// </summary>
    public ImmutableArray<CatalogueFinding> CompareWith(Catalogue parent) => CatalogueFloor.Compare(this, parent);
}
