using Orleans.Configuration;
using Orleans.Hosting;

namespace TimeBank.Storage;

/// <summary>Lets several silos find each other through a PostgreSQL database that has been migrated.</summary>
public static class PostgreSqlClustering
{
    /// <param name="silo">The silo.</param>
    /// <param name="database">The same database for every silo of the cluster.</param>
    /// <param name="clusterId">The cluster's name.</param>
    public static ISiloBuilder UseTimeBankClustering(this ISiloBuilder silo, PostgreSqlDatabase database, string clusterId) => silo
        .Configure<ClusterOptions>(options => options.ClusterId = clusterId)
        .UseAdoNetClustering((AdoNetClusteringSiloOptions options) =>
        {
            options.Invariant = "Npgsql";
            options.DataSource = database.Writing;
        });
}
