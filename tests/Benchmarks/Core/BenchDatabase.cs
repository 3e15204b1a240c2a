using Npgsql;
using TimeBank.Benchmarks.Measures;
using TimeBank.Testing;

namespace TimeBank.Benchmarks.Core;

/// <summary>A private PostgreSQL server, set up as <c>deploy/README.md</c> does for a large region. It ends with the benchmark.</summary>
internal sealed class BenchDatabase : IDisposable
{
    private int _databases;

    private BenchDatabase(PostgreSqlServer server)
    {
        Server = server;
        using var connection = new NpgsqlConnection($"{server.ConnectionString("postgres")};Pooling=false");
        connection.Open();
        FirstProcess = CpuTime.ParentOf(connection.ProcessID);
    }

    public PostgreSqlServer Server { get; }

    /// <summary>The id of PostgreSQL's main process, the parent of its other processes.</summary>
    public int FirstProcess { get; }

    // Other settings stay as initdb leaves them: fsync, full page writes and synchronous commits are on.
    public static async Task<BenchDatabase> StartAsync() => new(
        await PostgreSqlServer.StartAsync("max_connections=600", "shared_buffers=4GB", "max_wal_size=8GB", "checkpoint_timeout=15min"));

    /// <summary>Makes a database.</summary>
    /// <returns>Its name.</returns>
    public string Create()
    {
        string name = $"bench_{++_databases}";
        Run("postgres", $"CREATE DATABASE {name}");
        return name;
    }

    public void Drop(string name)
    {
        NpgsqlConnection.ClearAllPools();
        Run("postgres", $"DROP DATABASE {name} WITH (FORCE)");
    }

    public void Run(string database, string sql)
    {
        using var connection = new NpgsqlConnection($"{Server.ConnectionString(database)};Pooling=false;Command Timeout=600");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    public void Dispose() => Server.Dispose();
}
