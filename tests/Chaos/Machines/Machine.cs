using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TimeBank.Ledger;
using TimeBank.Server;
using TimeBank.Storage.Tests;

namespace TimeBank.Chaos.Machines;

/// <summary>A folder and a database that servers live and die on.</summary>
internal sealed class Machine : IDisposable
{
    private const string Name = "chaos", File = "timebank.db";

    private readonly string _own = Directory.CreateTempSubdirectory("timebank-chaos-").FullName;
    private readonly PostgreSqlServer? _server;
    private string _database = "";

    private Machine(PostgreSqlServer? server, string? data)
    {
        _server = server;
        Data = data ?? Directory.CreateDirectory(Path.Combine(_own, "data")).FullName;
    }

    public string Engine => _server is null ? "sqlite" : "postgresql";

    /// <summary>The servers' data folder.</summary>
    public string Data { get; }

    /// <summary>Where the driver keeps its record.</summary>
    public string Log => Path.Combine(_own, "requests.log");

    /// <param name="data">A folder to use instead of an own one.</param>
    public static Machine OnSqlite(string? data = null) => new(null, data);

    /// <param name="server">Where the database is made.</param>
    /// <param name="tablespace">A folder for the database's tables, instead of PostgreSQL's own.</param>
    /// <param name="port">Through which servers reach PostgreSQL, where it isn't its own.</param>
    public static Machine OnPostgreSql(PostgreSqlServer server, string? tablespace = null, int? port = null)
    {
        var machine = new Machine(server, null);
        if (tablespace is not null) machine.Execute($"CREATE TABLESPACE small LOCATION '{tablespace}'");
        machine.Execute($"CREATE DATABASE {Name} {(tablespace is null ? "" : "TABLESPACE small")}");
        machine._database = new NpgsqlConnectionStringBuilder(server.ConnectionString(Name))
        {
            Port = port ?? server.Port, SslMode = SslMode.Disable, GssEncryptionMode = GssEncryptionMode.Disable, IncludeErrorDetail = true,
        }.ConnectionString;
        return machine;
    }

    public Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(Data, _database);

    public ServerProcess Begin() => ServerProcess.Begin(Data, _database);

    /// <summary>Keeps the state of the database under a name, while no server runs.</summary>
    public void SaveAs(string state)
    {
        if (_server is not null)
        {
            // A killed server's sessions end when PostgreSQL notices; it needs to be alone.
            Execute($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Name}'");
            Execute($"CREATE DATABASE {state} TEMPLATE {Name}");
            return;
        }
        Directory.CreateDirectory(Path.Combine(_own, state));
        foreach (string file in Directory.GetFiles(Data, $"{File}*")) System.IO.File.Copy(file, Path.Combine(_own, state, Path.GetFileName(file)));
    }

    /// <summary>Puts a state in the place of the present one.</summary>
    public void Restore(string state)
    {
        if (_server is not null)
        {
            Execute($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('{Name}', '{state}')");
            Execute($"DROP DATABASE {Name} WITH (FORCE)");
            Execute($"CREATE DATABASE {Name} TEMPLATE {state}");
            return;
        }
        foreach (string file in Directory.GetFiles(Data, $"{File}*")) System.IO.File.Delete(file);
        foreach (string file in Directory.GetFiles(Path.Combine(_own, state))) System.IO.File.Copy(file, Path.Combine(Data, Path.GetFileName(file)));
    }

    /// <summary>Looks into the database itself, past any server.</summary>
    public async Task<T> ReadAsync<T>(Func<ILedgerReader, Task<T>> read)
    {
        using var engine = StorageEngine.Of(Options);
        var services = new ServiceCollection();
        engine.AddStores(services, migrate: false);
        await using ServiceProvider provider = services.BuildServiceProvider();
        return await read(provider.GetRequiredService<ILedgerReader>());
    }

    /// <summary>As <c>timebank verify</c> does, signed checkpoints included.</summary>
    public Verification Verify()
    {
        using var engine = StorageEngine.Of(Options);
        using CheckpointKeys? keys = CheckpointKeys.Find(Options);
        return JournalVerification.Run(engine, Options.CheckpointFolder(), keys, out _, CancellationToken.None);
    }

    public void Dispose() => Directory.Delete(_own, recursive: true);

    private TimeBankOptions Options => new() { Data = Data, Database = _database };

    private void Execute(string sql)
    {
        using var connection = new NpgsqlConnection($"{_server!.ConnectionString("postgres")};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
