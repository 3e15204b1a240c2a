using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>A PostgreSQL database. Its owner migrates it, or the server if the settings say so.</summary>
public sealed class PostgreSqlEngine(PostgreSqlDatabase database) : StorageEngine
{
    public override string Name => database.Name;

    /// <exception cref="InvalidOperationException">Not a connection string. The message omits the text, which may hold a
    /// password.</exception>
    public static PostgreSqlDatabase Read(string connectionString)
    {
        try
        {
            return new PostgreSqlDatabase(connectionString);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException)
        {
            throw new InvalidOperationException(
                "TimeBank:Database must be empty or a PostgreSQL connection string of keywords that Npgsql knows, such as "
                    + "Host=127.0.0.1;Port=5432;Database=timebank;Username=timebank.");
        }
    }

    // Nothing to claim: servers of a cluster share the database. The compare-and-set on the head keeps two servers that do not know each
    // other from overwriting each other's entries.
    public override void Take()
    {
    }

    public override void AddStores(IServiceCollection services, bool migrate)
    {
        PostgreSqlLedgerStore store = PostgreSqlLedgerStore.Open(database, migrate);
        services.AddSingleton<ILedgerStore>(store);
        services.AddSingleton<ILedgerReader>(store);
        services.AddSingleton(Trees);
        services.AddSingleton<IRegistry>(new PostgreSqlRegistry(database));
        services.AddSingleton<IBankBooks>(new PostgreSqlBankBooks(database));
    }

    public override void AddGrainStorage(ISiloBuilder silo) => silo.AddTimeBankGrainStorage(database);

    public override void JoinCluster(ISiloBuilder silo, string cluster) => silo.UseTimeBankClustering(database, cluster);

    public override int SchemaVersion => PostgreSqlSchema.Version;

    public override IReadOnlyList<string> MissingScripts() => PostgreSqlSchema.Missing(database);

    public override void Migrate(Action<string> applied) => PostgreSqlSchema.Migrate(database, applied);

    public override Verification Verify(CancellationToken cancellation) =>
        PostgreSqlVerifier.Verify(database, cancellation, GrainStorageNames.States);

    public override ITreeStore Trees { get; } = new PostgreSqlTreeStore(database);

    protected override void Close() => database.Dispose();
}
