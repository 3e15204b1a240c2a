using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>The database that a server works on: journals, registries and grain states, on one of two engines.</summary>
public abstract class StorageEngine : IDisposable
{
    /// <exception cref="InvalidOperationException">The setting isn't a connection string. The message doesn't repeat it: it may hold a
    /// password.</exception>
    public static StorageEngine Of(TimeBankOptions options) =>
        options.Database.Length == 0 ? new SqliteEngine(new SqliteDatabase(Path.Combine(options.Data, "timebank.db")))
            : new PostgreSqlEngine(PostgreSqlEngine.Read(options.Database));

    /// <summary>Where the database is, without a password.</summary>
    public abstract string Name { get; }

    /// <summary>Takes the database for this server, until it is closed, where it can have one only.</summary>
    /// <exception cref="StorageUnavailableException">Another server has it.</exception>
    public abstract void Take();

    /// <summary>Adds the journals and registries, once the schema is this build's.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="migrate">Whether to bring the schema to this build's first.</param>
    /// <exception cref="SchemaMismatchException">The schema isn't this build's.</exception>
    /// <exception cref="StorageUnavailableException">The database can't be used.</exception>
    public abstract void AddStores(IServiceCollection services, bool migrate);

    /// <summary>What proofs are made from, once the schema is this build's.</summary>
    public abstract ITreeStore Trees { get; }

    public abstract void AddGrainStorage(ISiloBuilder silo);

    /// <summary>Joins a cluster whose silos find each other through the database.</summary>
    /// <exception cref="Orleans.Runtime.OrleansConfigurationException">This build has one silo in one process.</exception>
    public abstract void JoinCluster(ISiloBuilder silo, string cluster);

    /// <summary>The version of this build's schema.</summary>
    public abstract int SchemaVersion { get; }

    /// <summary>The names of the scripts that the database hasn't had yet.</summary>
    /// <exception cref="SchemaMismatchException">The schema isn't ours, or a newer build's.</exception>
    /// <exception cref="StorageUnavailableException">The database can't be used.</exception>
    public abstract IReadOnlyList<string> MissingScripts();

    /// <summary>Applies what is missing, each script wholly or not at all.</summary>
    /// <param name="applied">Hears the name of each script when it has been applied.</param>
    /// <exception cref="SchemaMismatchException">The schema isn't ours, or a newer build's, or a script failed.</exception>
    /// <exception cref="StorageUnavailableException">The database can't be used.</exception>
    public abstract void Migrate(Action<string> applied);

    /// <exception cref="FileNotFoundException">There is no database.</exception>
    /// <exception cref="SchemaMismatchException">The schema isn't this build's.</exception>
    /// <exception cref="StorageUnavailableException">The database can't be read now.</exception>
    public abstract Verification Verify(CancellationToken cancellation);

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    protected abstract void Close();
}

/// <summary>The database, and what reads it beside the grains.</summary>
public static class StorageSetup
{
    public static void AddTimeBankStorage(this WebApplicationBuilder builder, TimeBankOptions options, StorageEngine engine)
    {
        engine.Take();
        engine.AddStores(builder.Services, options.Migrate);
        // By a factory, so that the host closes the database when it has stopped.
        builder.Services.AddSingleton(_ => engine);
        builder.Services.AddSingleton(new PageTokens(PageTokenKey.Of(options.Data)));
        builder.Services.AddSingleton<StatementReader>();
        builder.Services.AddSingleton<VoucherReader>();
        builder.Services.AddSingleton<ReportReader>();
    }
}
