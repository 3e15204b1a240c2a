using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Storage;

namespace TimeBank.Storage.GrainStorage;

/// <summary>Stores grain states beside the ledger: the names that both engines use, and the set-up for SQLite.</summary>
public static class GrainStorageSetup
{
    /// <summary>The provider's name in <c>[PersistentState("…", "timebank")]</c>.</summary>
    public const string ProviderName = "timebank";

    /// <summary>Part of every state's key, so it must never change. A silo without it finds no state that others stored.</summary>
    public const string ServiceId = "timebank";

    /// <summary>The name of the inner storage, unknown to grains. It is not part of a state's key.</summary>
    internal const string Rows = "timebank-rows";

    internal static IGrainStorage RowsOf(IServiceProvider services) => services.GetRequiredKeyedService<IGrainStorage>(Rows);

    /// <summary>Stores grain states in the SQLite file of this connection string. The migrator must have prepared the file.</summary>
    public static ISiloBuilder AddTimeBankGrainStorage(this ISiloBuilder silo, string sqliteConnectionString) => silo
        .Configure<ClusterOptions>(options => options.ServiceId = ServiceId)
        .AddGuardedGrainStorage(ProviderName, RowsOf)
        .AddAdoNetGrainStorage(Rows, options =>
        {
            // Orleans uses this name for Microsoft.Data.Sqlite.
            options.Invariant = "System.Data.SQLite";
            options.DataSource = new GrainStateSource(sqliteConnectionString);
            options.GrainStorageSerializer = new GrainStateJson();
        });
}

/// <summary>
/// Connections for grain storage. Orleans opens one per read and write, so they are pooled. They wait inside SQLite while the ledger's
/// writer commits; otherwise the ADO.NET provider would retry only every 150 ms.
/// </summary>
internal sealed class GrainStateSource(string connectionString) : DbDataSource
{
    private const string Setup = "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL;";

    public override string ConnectionString { get; } = new SqliteConnectionStringBuilder(connectionString) { Pooling = true }.ToString();

    protected override DbConnection CreateDbConnection() => new SqliteConnection(ConnectionString);

    protected override DbConnection OpenDbConnection()
    {
        DbConnection connection = CreateDbConnection();
        try
        {
            connection.Open();
            using DbCommand setup = connection.CreateCommand();
            setup.CommandText = Setup;
            setup.ExecuteNonQuery();
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        new(OpenDbConnection());
}
