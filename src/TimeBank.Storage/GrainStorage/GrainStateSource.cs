using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace TimeBank.Storage.GrainStorage;

/// <summary>
/// Connections for grain storage, which opens one for each read and write: so they are pooled, and they wait inside SQLite
/// while the ledger's writer commits. Without that the ADO.NET provider itself would look again only every 150 ms.
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

    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) => new(OpenDbConnection());
}
