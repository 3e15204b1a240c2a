using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Storage;

namespace TimeBank.Storage.GrainStorage;

/// <summary>Puts the states of grains beside the ledger.</summary>
public static class GrainStorageSetup
{
    /// <summary>The provider's name in <c>[PersistentState("…", "timebank")]</c>.</summary>
    public const string ProviderName = "timebank";

    /// <summary>
    /// Part of every state's key, so it never changes. Silos that do not set it find nothing of what others stored.
    /// </summary>
    public const string ServiceId = "timebank";

    /// <summary>The name of the storage behind it, which grains don't know. It is no part of a state's key.</summary>
    internal const string Rows = "timebank-rows";

    internal static IGrainStorage RowsOf(IServiceProvider services) => services.GetRequiredKeyedService<IGrainStorage>(Rows);

    /// <summary>Keeps grain states in the SQLite file of this connection string, which the migrator has prepared.</summary>
    public static ISiloBuilder AddTimeBankGrainStorage(this ISiloBuilder silo, string sqliteConnectionString) => silo
        .Configure<ClusterOptions>(options => options.ServiceId = ServiceId)
        .AddGuardedGrainStorage(ProviderName, RowsOf)
        .AddAdoNetGrainStorage(Rows, options =>
        {
            // Orleans means Microsoft.Data.Sqlite by this name.
            options.Invariant = "System.Data.SQLite";
            options.DataSource = new GrainStateSource(sqliteConnectionString);
            options.GrainStorageSerializer = new GrainStateJson();
        });
}
