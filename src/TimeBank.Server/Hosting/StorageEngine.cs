using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>The server's database, on one of two engines: journals, registries and grain states.</summary>
public abstract class StorageEngine : IDisposable
{
    /// <exception cref="InvalidOperationException">The setting is not a connection string. The message omits the text, which may hold a
    /// password.</exception>
    public static StorageEngine Of(TimeBankOptions options) =>
        options.Database.Length == 0 ? new SqliteEngine(SqliteEngine.File(options))
            : new PostgreSqlEngine(PostgreSqlEngine.Read(options.Database));

    /// <summary>The database's address or path, without a password.</summary>
    public abstract string Name { get; }

    /// <summary>Claims a database that only one server may use, until the engine closes. PostgreSQL: does nothing.</summary>
    /// <exception cref="StorageUnavailableException">Another server has the database.</exception>
    public abstract void Take();

    /// <summary>Adds the journals and registries, after checking the schema.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="migrate">True migrates a PostgreSQL database first; an embedded one is always migrated.</param>
    /// <exception cref="SchemaMismatchException">The schema is not this build's.</exception>
    /// <exception cref="StorageUnavailableException">The database cannot be used.</exception>
    public abstract void AddStores(IServiceCollection services, bool migrate);

    /// <summary>The nodes that proofs are made from. Needs this build's schema.</summary>
    public abstract ITreeStore Trees { get; }

    public abstract void AddGrainStorage(ISiloBuilder silo);

    /// <summary>Joins a cluster whose silos find each other through the database.</summary>
    /// <exception cref="InvalidOperationException">The database is a SQLite file, which silos cannot share.</exception>
    public abstract void JoinCluster(ISiloBuilder silo, string cluster);

    /// <summary>The version of this build's schema.</summary>
    public abstract int SchemaVersion { get; }

    /// <summary>The names of the scripts that the database lacks.</summary>
    /// <exception cref="SchemaMismatchException">The schema is not TimeBank's, or of a newer build.</exception>
    /// <exception cref="StorageUnavailableException">The database cannot be used.</exception>
    public abstract IReadOnlyList<string> MissingScripts();

    /// <summary>Applies the missing scripts, each wholly or not at all.</summary>
    /// <param name="applied">Called with the name of each applied script.</param>
    /// <exception cref="SchemaMismatchException">The schema is not TimeBank's or of a newer build, or a script failed.</exception>
    /// <exception cref="StorageUnavailableException">The database cannot be used.</exception>
    public abstract void Migrate(Action<string> applied);

    /// <exception cref="FileNotFoundException">There is no database.</exception>
    /// <exception cref="SchemaMismatchException">The schema is not this build's.</exception>
    /// <exception cref="StorageUnavailableException">The database cannot be read now.</exception>
    public abstract Verification Verify(CancellationToken cancellation);

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    protected abstract void Close();
}

/// <summary>Sets up the database and the readers that go past the grains.</summary>
public static class StorageSetup
{
    public static void AddTimeBankStorage(this WebApplicationBuilder builder, TimeBankOptions options, StorageEngine engine)
    {
        engine.Take();
        engine.AddStores(builder.Services, options.Migrate);
        // A factory, because the host disposes only services that it made: it closes the database when it has stopped.
        builder.Services.AddSingleton(_ => engine);
        builder.Services.AddSingleton(new PageTokens(PageTokenKey.Of(options)));
        builder.Services.AddSingleton<StatementReader>();
        builder.Services.AddSingleton<VoucherReader>();
        builder.Services.AddSingleton<ReportReader>().AddSingleton<GuaranteeReader>()
            .AddSingleton<FundingReader>().AddSingleton<HourLiabilityReader>().AddSingleton<ProviderDebtReader>()
            .AddSingleton<PaymentLines>().AddSingleton<PublicStatisticsReader>();
    }
}
