using Npgsql;
using TimeBank.Benchmarks.Measures;
using TimeBank.Storage.Tests;

namespace TimeBank.Benchmarks.Core;

/// <summary>A private PostgreSQL server with a fresh cluster's settings, but for the number of connections that the load needs; it goes with the bench.</summary>
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

    /// <summary>The parent of all of PostgreSQL's processes.</summary>
    public int FirstProcess { get; }

    // As initdb sets them for a Debian cluster: 128 MB of shared buffers, fsync, full page writes and synchronous commits.
    public static async Task<BenchDatabase> StartAsync() => new(await PostgreSqlServer.StartAsync("max_connections=600"));

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
