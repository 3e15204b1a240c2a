using Npgsql;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A PostgreSQL server for the tests of one class. Each test makes its own database.</summary>
public sealed class PostgreSqlFixture : IAsyncLifetime
{
    private int _databases;

    public PostgreSqlServer Server { get; private set; } = null!;

    // No test cuts the power, so nothing needs to reach the disk.
    public async ValueTask InitializeAsync() =>
        Server = await PostgreSqlServer.StartAsync("fsync=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60",
        "autovacuum=off");

    public ValueTask DisposeAsync()
    {
        Server.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The connection string of a new, empty database.</summary>
    public string NewDatabase()
    {
        string name = $"test_{Interlocked.Increment(ref _databases)}";
        Execute(Server.ConnectionString("postgres"), $"CREATE DATABASE {name} TEMPLATE template0");
        return Server.ConnectionString(name);
    }

    public static void Execute(string connectionString, string sql)
    {
        using var connection = new NpgsqlConnection($"{connectionString};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
