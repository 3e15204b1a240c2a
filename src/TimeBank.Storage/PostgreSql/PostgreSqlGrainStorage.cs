using Orleans.Configuration;
using TimeBank.Storage.GrainStorage;

namespace TimeBank.Storage;

/// <summary>Stores grain states beside the ledger, in PostgreSQL.</summary>
public static class PostgreSqlGrainStorage
{
    /// <summary>Stores grain states in this database, which must have been migrated.</summary>
    public static ISiloBuilder AddTimeBankGrainStorage(this ISiloBuilder silo, PostgreSqlDatabase database) => silo
        .Configure<ClusterOptions>(options => options.ServiceId = GrainStorageSetup.ServiceId)
        .AddGuardedGrainStorage(GrainStorageSetup.ProviderName, GrainStorageSetup.RowsOf)
        .AddAdoNetGrainStorage(GrainStorageSetup.Rows, options =>
        {
            options.Invariant = "Npgsql";
            options.DataSource = database.Writing;
            options.GrainStorageSerializer = new GrainStateJson();
        });
}
