using Orleans.Configuration;

namespace TimeBank.Storage;

/// <summary>Lets several silos find each other through a migrated PostgreSQL database.</summary>
public static class PostgreSqlClustering
{
    private const int SignsOfLifeMissed = 3;

    private static readonly TimeSpan SignOfLifeEvery = TimeSpan.FromSeconds(2), ProbeEvery = TimeSpan.FromSeconds(3);

    /// <param name="silo">The silo.</param>
    /// <param name="database">The same database for every silo of the cluster.</param>
    /// <param name="clusterId">The cluster's name.</param>
    public static ISiloBuilder UseTimeBankClustering(this ISiloBuilder silo, PostgreSqlDatabase database, string clusterId) => silo
        .Configure<ClusterOptions>(options => options.ClusterId = clusterId)
        // A hanging server keeps its grains until the others declare it dead, which takes three unanswered probes in a row: nine seconds
        // here, fifteen by Orleans's default. A server declared dead too soon has to restart. The journal is safe, since its head decides
        // who writes.
        .Configure<ClusterMembershipOptions>(options =>
        {
            options.EnableConnectionLivenessCheck = false;
            options.ProbeTimeout = ProbeEvery;
            // Before a server joins it waits for an answer of every server with a fresh sign of life. If all servers were lost at once, no
            // one has declared them dead; by Orleans's default of 30 seconds the new one would wait for them for a minute and a half.
            options.IAmAliveTablePublishTimeout = SignOfLifeEvery;
            options.NumMissedTableIAmAliveLimit = SignsOfLifeMissed;
        })
        .UseAdoNetClustering((AdoNetClusteringSiloOptions options) =>
        {
            options.Invariant = "Npgsql";
            options.DataSource = database.Writing;
        });
}
