using Orleans.Configuration;
using Orleans.Hosting;

namespace TimeBank.Storage;

/// <summary>Lets several silos find each other through a PostgreSQL database that has been migrated.</summary>
public static class PostgreSqlClustering
{
    private const int SignsOfLifeMissed = 3;

    private static readonly TimeSpan SignOfLifeEvery = TimeSpan.FromSeconds(2);

    /// <param name="silo">The silo.</param>
    /// <param name="database">The same database for every silo of the cluster.</param>
    /// <param name="clusterId">The cluster's name.</param>
    public static ISiloBuilder UseTimeBankClustering(this ISiloBuilder silo, PostgreSqlDatabase database, string clusterId) => silo
        .Configure<ClusterOptions>(options => options.ClusterId = clusterId)
        // Else a server that hangs, or whose machine is gone, keeps its grains for a minute after its last word. To be taken for dead too soon costs a restart: the heads decide who writes.
        .Configure<ClusterMembershipOptions>(options =>
        {
            options.EnableConnectionLivenessCheck = false;
            // Whoever joins first asks everyone whose sign of life is fresh for an answer. Where all servers were lost at once nobody has
            // said that they are dead, and by the library's own
            // 30 seconds a new one would wait for them for a minute and a half.
            options.IAmAliveTablePublishTimeout = SignOfLifeEvery;
            options.NumMissedTableIAmAliveLimit = SignsOfLifeMissed;
        })
        .UseAdoNetClustering((AdoNetClusteringSiloOptions options) =>
        {
            options.Invariant = "Npgsql";
            options.DataSource = database.Writing;
        });
}
