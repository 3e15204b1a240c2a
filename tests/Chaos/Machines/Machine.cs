using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Server;
using TimeBank.Testing;

namespace TimeBank.Chaos.Machines;

/// <summary>A folder and a database that servers live and die on.</summary>
internal sealed class Machine : IDisposable
{
    private const string Name = "chaos", File = "timebank.db";

    private readonly string _own = Directory.CreateTempSubdirectory("timebank-chaos-").FullName;
    private PostgreSqlServer? _server;
    private string _database = "";
    private IReadOnlyList<IReadOnlyList<string>> _servers;
    private IReadOnlyList<int> _ports = [];
    private CutNetwork? _network;

    private Machine(PostgreSqlServer? server, string? data, DateTimeOffset? start = null)
    {
        _server = server;
        Data = data ?? Directory.CreateDirectory(Path.Combine(_own, "data")).FullName;
        Start = start ?? new DateTimeOffset(2026, 10, 1, 8, 0, 0, ChinaTime.Offset);
        _servers = [[$"--TimeBank:Data={Data}", $"--TimeBank:Scenario={Start.ToString("O", CultureInfo.InvariantCulture)}"]];
    }

    public string Engine => _server is null ? "sqlite" : "postgresql";

    /// <summary>The servers' data folder.</summary>
    public string Data { get; }

    /// <summary>The first time of the server's clock.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>The file of the driver's record.</summary>
    public string Log => Path.Combine(_own, "requests.log");

    /// <param name="data">The data folder; null for a new one.</param>
    public static Machine OnSqlite(string? data = null) => new(null, data);

    /// <param name="server">The PostgreSQL server in which to make the database.</param>
    /// <param name="tablespace">A folder for the database's tables; null for PostgreSQL's own.</param>
    /// <param name="port">The port on which servers reach PostgreSQL (a proxy's); null for PostgreSQL's own.</param>
    /// <param name="start">The first time of the server's clock.</param>
    public static Machine OnPostgreSql(PostgreSqlServer server, string? tablespace = null, int? port = null, DateTimeOffset? start = null)
    {
        var machine = new Machine(server, null, start);
        if (tablespace is not null) machine.Execute($"CREATE TABLESPACE small LOCATION '{tablespace}'");
        machine.Execute($"CREATE DATABASE {Name} {(tablespace is null ? "" : "TABLESPACE small")}");
        machine._database = new NpgsqlConnectionStringBuilder(server.ConnectionString(Name))
        {
            Port = port ?? server.Port, SslMode = SslMode.Disable, GssEncryptionMode = GssEncryptionMode.Disable, IncludeErrorDetail = true,
        }.ConnectionString;
        return machine;
    }

    /// <summary>The command that starts a server from now on.</summary>
    public IReadOnlyList<string> Program { get; set; } = ServerProcess.ThisBuild;

    /// <param name="at">The number of the server in its cluster.</param>
    public Task<ServerProcess> StartAsync(int at = 0) => _network is null ? ServerProcess.StartAsync(_database, _servers[at], Program)
        : ServerProcess.StartAsync(new NpgsqlConnectionStringBuilder(_database) { Host = _network.HostOf(at) }.ConnectionString,
            _servers[at], [.. _network.Inside(at), .. Program]);

    public ServerProcess Begin() => ServerProcess.Begin(_database, _servers[0], Program);

    /// <summary>
    /// Names a second PostgreSQL to servers: they work on whichever of the two is the primary, as <c>deploy/README.md</c> says.
    /// </summary>
    public void AddStandby(PostgreSqlServer standby) => _database = new NpgsqlConnectionStringBuilder(_database)
    {
        Host = $"127.0.0.1:{_server!.Port},127.0.0.1:{standby.Port}", TargetSessionAttributes = "primary",
    }.ConnectionString;

    /// <summary>Names another PostgreSQL to servers from their next start on, in the place of the one before.</summary>
    public void MoveDatabase(PostgreSqlServer server)
    {
        _server = server;
        _database = new NpgsqlConnectionStringBuilder(_database) { Port = server.Port }.ConnectionString;
    }

    /// <summary>
    /// Makes a cluster of this many servers, as <c>deploy/README.md</c> does. Each server has its own folder and address; all have the keys
    /// and checkpoints of the server that was alone until now. Their business runs by the system's clock.
    /// </summary>
    /// <param name="network">A network with as many machines, one for each; null: all are on this one.</param>
    public void FormCluster(int servers, CutNetwork? network = null)
    {
        _network = network;
        _ports = Ports.Free(servers);
        _servers = [.. _ports.Select((port, at) =>
        {
            string data = Directory.CreateDirectory(Path.Combine(_own, $"server{at}")).FullName;
            foreach (string key in Directory.GetFiles(Data)) System.IO.File.Copy(key, Path.Combine(data, Path.GetFileName(key)));
            return (string[])[$"--TimeBank:Data={data}", $"--TimeBank:Checkpoints={Options.CheckpointFolder().Path}",
                $"--TimeBank:Cluster={Name}", $"--TimeBank:Silo={network?.SiloOf(at) ?? "127.0.0.1"}:{port}",
                .. network is null ? [] : (string[])[$"--TimeBank:Grpc={network.DoorOf(at)}:0", $"--TimeBank:Http={network.DoorOf(at)}:0"]];
        })];
    }

    /// <summary>Gives the cluster's servers other addresses from their next start on, like new containers.</summary>
    public void MoveCluster()
    {
        IReadOnlyList<int> left = _ports;
        _ports = Ports.Free(left.Count);
        _servers = [.. _servers.Select((settings, at) => Moved(settings, left[at], _ports[at]))];

        static IReadOnlyList<string> Moved(IReadOnlyList<string> settings, int from, int to) =>
            [.. settings.Where(setting => !setting.EndsWith($":{from}", StringComparison.Ordinal)), $"--TimeBank:Silo=127.0.0.1:{to}"];
    }

    /// <summary>True if the cluster has declared a server's latest life dead.</summary>
    public async Task<bool> IsTakenForDeadAsync(int at)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"SELECT status = 6 FROM cluster_silos WHERE port = {_ports[at]} ORDER BY generation DESC LIMIT 1", connection);
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Copies the database under a name. No server may run.</summary>
    public void SaveAs(string state)
    {
        if (_server is not null)
        {
            // To copy a database PostgreSQL needs it without sessions. A killed server's sessions may still be there: end them.
            Execute($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Name}'");
            Execute($"CREATE DATABASE {state} TEMPLATE {Name}");
            return;
        }
        Directory.CreateDirectory(Path.Combine(_own, state));
        foreach (string file in Directory.GetFiles(Data, $"{File}*")) System.IO.File.Copy(
            file, Path.Combine(_own, state, Path.GetFileName(file)));
    }

    /// <summary>Replaces the database by a copy.</summary>
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
        foreach (string file in Directory.GetFiles(Path.Combine(_own, state))) System.IO.File.Copy(
            file, Path.Combine(Data, Path.GetFileName(file)));
    }

    /// <summary>Reads the database directly, without a server.</summary>
    public async Task<T> ReadAsync<T>(Func<ILedgerReader, Task<T>> read)
    {
        using var engine = StorageEngine.Of(Options);
        var services = new ServiceCollection();
        engine.AddStores(services, migrate: false);
        await using ServiceProvider provider = services.BuildServiceProvider();
        return await read(provider.GetRequiredService<ILedgerReader>());
    }

    /// <summary>Brings the database to this build's schema.</summary>
    public void Migrate()
    {
        using var engine = StorageEngine.Of(Options);
        engine.Migrate(_ => { });
    }

    /// <summary>The size of the journal that was last signed.</summary>
    public long SignedSize() => Options.CheckpointFolder().Read(RegionCode.Parse(Load.District.Region)) is { } note
        ? Checkpoint.Parse(SignedNote.Parse(note).Text).Size : 0;

    /// <summary>Verifies the database as <c>verify</c> does, with the signed checkpoints.</summary>
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
