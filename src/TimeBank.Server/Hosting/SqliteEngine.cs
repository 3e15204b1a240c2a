using TimeBank.Ledger;
using TimeBank.Storage;
using TimeBank.Storage.GrainStorage;

namespace TimeBank.Server;

/// <summary>A SQLite file in the data folder. It belongs to this server alone, so the server always migrates it.</summary>
public sealed class SqliteEngine(SqliteDatabase database) : StorageEngine
{
    private IDisposable? _alone;
    private SqliteLedgerStore? _store;
    private SqliteTreeStore? _trees;
    private SqliteBankBooks? _banks;

    /// <summary>The file in the data folder.</summary>
    public static SqliteDatabase File(TimeBankOptions options) => new(Path.Combine(options.Data, "timebank.db"));

    public override string Name => database.Path;

    public override void Take() => _alone = database.TakeAlone();

    public override void AddStores(IServiceCollection services, bool migrate)
    {
        _store = SqliteLedgerStore.Open(database);
        services.AddSingleton<ILedgerStore>(_store);
        services.AddSingleton<ILedgerReader>(_store);
        services.AddSingleton(Trees);
        services.AddSingleton<IRegistry>(new SqliteRegistry(database));
        services.AddSingleton<IBankBooks>(_banks = new SqliteBankBooks(database));
    }

    public override void AddGrainStorage(ISiloBuilder silo) => silo.AddTimeBankGrainStorage(database.ConnectionString);

    public override void JoinCluster(ISiloBuilder silo, string cluster) =>
        throw new InvalidOperationException("A cluster shares one PostgreSQL database, and this is a file.");

    public override int SchemaVersion => SqliteSchema.Version;

    public override IReadOnlyList<string> MissingScripts() => SqliteSchema.Missing(database);

    public override void Migrate(Action<string> applied)
    {
        using IDisposable alone = database.TakeAlone();
        SqliteSchema.Migrate(database, applied);
    }

    public override Verification Verify(CancellationToken cancellation) =>
        SqliteVerifier.Verify(database, cancellation, GrainStorageNames.States);

    public override ITreeStore Trees => _trees ??= new SqliteTreeStore(database);

    protected override void Close()
    {
        _banks?.Dispose();
        _trees?.Dispose();
        _store?.Dispose();
        _alone?.Dispose();
    }
}
