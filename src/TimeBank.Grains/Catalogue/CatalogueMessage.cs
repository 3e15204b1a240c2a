using Orleans;

namespace TimeBank.Grains;

/// <summary>A service list, written as its file where it leaves the process.</summary>
[GenerateSerializer, Immutable, Alias("timebank.catalogue-version")]
public sealed record CatalogueMessage
{
    [NonSerialized]
    private byte[] _file;

    public CatalogueMessage(byte[] file, Ledger.Catalogue catalogue)
    {
        _file = file;
        Catalogue = catalogue;
    }

    [field: NonSerialized]
    public Ledger.Catalogue Catalogue { get; private set; }

    [Id(0)]
    public byte[] File
    {
        get => _file;
        internal set
        {
            _file = value;
            Catalogue = Ledger.Catalogue.Parse(value).Expect("catalogue");
        }
    }
}
