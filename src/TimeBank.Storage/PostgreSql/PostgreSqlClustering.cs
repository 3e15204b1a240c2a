using Orleans.Configuration;

namespace TimeBank.Storage;

/// <summary>Lets several silos find each other through a PostgreSQL database that has been migrated.</summary>
public static class PostgreSqlClustering
{
    private const int SignsOfLifeMissed = 3;

    private static readonly TimeSpan SignOfLifeEvery = TimeSpan.FromSeconds(2), ProbeEvery = TimeSpan.FromSeconds(3);

    /// <param name="silo">The silo.</param>
    /// <param name="database">The same database for every silo of the cluster.</param>
    /// <param name="clusterId">The cluster's name.</param>
    public static ISiloBuilder UseTimeBankClustering(this ISiloBuilder silo, PostgreSqlDatabase database, string clusterId) => silo
        .Configure<ClusterOptions>(options => options.ClusterId = clusterId)
        // A server that hangs keeps its grains until the others take it for dead, which is when three probes in a row went unanswered: nine
        // seconds here, fifteen by the library's own setting. One that is taken for dead too soon has to restart; the journal is in no
        // danger, since its heads decide who writes.
        .Configure<ClusterMembershipOptions>(options =>
        {
            options.EnableConnectionLivenessCheck = false;
            options.ProbeTimeout = ProbeEvery;
            // A server that starts asks everyone whose sign of life is fresh for an answer before it joins. Where all servers were lost at
            // once, nobody has declared them dead, and by the library's own 30 seconds a new one would wait for them for a minute and a
            // half.
            options.IAmAliveTablePublishTimeout = SignOfLifeEvery;
            options.NumMissedTableIAmAliveLimit = SignsOfLifeMissed;
        })
        .UseAdoNetClustering((AdoNetClusteringSiloOptions options) =>
        {
            options.Invariant = "Npgsql";
            options.DataSource = database.Writing;
        });
}
