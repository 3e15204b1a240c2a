using Npgsql;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Storage.Tests;

/// <summary>One PostgreSQL server for all tests, and a new database for each test.</summary>
public sealed class PostgreSqlCluster : IAsyncLifetime
{
    public const string Name = "PostgreSQL";

    private const string Template = "migrated";

    private PostgreSqlServer? _server;
    private int _databases;

    internal PostgreSqlServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        // No test cuts the power, so nothing needs to reach the disk.
        _server = await PostgreSqlServer.StartAsync("fsync=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60",
            "autovacuum=off");
        Run("postgres", $"CREATE DATABASE {Template}");
        using var template = new PostgreSqlDatabase(_server.ConnectionString(Template));
        PostgreSqlSchema.Migrate(template);
    }

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes a database, with the schema or empty. Returns its connection string.</summary>
    internal string NewDatabase(bool migrated = true, string? from = null)
    {
        string name = $"test_{Interlocked.Increment(ref _databases)}";
        Run("postgres", $"CREATE DATABASE {name} TEMPLATE {from ?? (migrated ? Template : "template0")}");
        return Server.ConnectionString(name);
    }

    internal void Run(string database, string sql) => Execute(Server.ConnectionString(database), sql);

    /// <summary>Runs a statement as the superuser.</summary>
    internal static int Execute(string connectionString, string sql)
    {
        using var connection = new NpgsqlConnection($"{connectionString};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first value of a query, as text.</summary>
    internal static string Scalar(string connectionString, string sql)
    {
        using var connection = new NpgsqlConnection($"{connectionString};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return $"{command.ExecuteScalar()}";
    }
}
