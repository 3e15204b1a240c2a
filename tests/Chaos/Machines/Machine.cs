using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Server;

namespace TimeBank.Chaos.Machines;

/// <summary>A folder and a database that servers live and die on.</summary>
internal sealed class Machine(string engine, string folder, string database) : IDisposable
{
    public string Engine => engine;

    /// <summary>The servers' data folder.</summary>
    public string Data => folder;

    /// <summary>As servers are told; empty: a file of the folder.</summary>
    public string Database { get; set; } = database;

    public static Machine OnSqlite() => new("sqlite", Directory.CreateTempSubdirectory("timebank-chaos-").FullName, "");

    public static Machine OnPostgreSql(string connectionString) => new("postgresql", Directory.CreateTempSubdirectory("timebank-chaos-").FullName, connectionString);

    public Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(folder, Database);

    public ServerProcess Begin() => ServerProcess.Begin(folder, Database);

    /// <summary>Looks into the database itself, past any server.</summary>
    public async Task<T> ReadAsync<T>(Func<ILedgerReader, Task<T>> read)
    {
        using StorageEngine engine = Open();
        var services = new ServiceCollection();
        engine.AddStores(services, migrate: false);
        await using ServiceProvider provider = services.BuildServiceProvider();
        return await read(provider.GetRequiredService<ILedgerReader>());
    }

    public Verification Verify()
    {
        using StorageEngine engine = Open();
        return engine.Verify(CancellationToken.None);
    }

    public void Dispose()
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private StorageEngine Open() => StorageEngine.Of(new TimeBankOptions { Data = folder, Database = Database });
}
