using System.Collections.Concurrent;
using Npgsql;
using Xunit;

namespace TimeBank.Storage.Tests;

/// <summary>The queries with which the silos of a cluster find each other, run as Orleans runs them.</summary>
[Collection(PostgreSqlCluster.Name)]
public sealed class PostgreSqlClusteringTests(PostgreSqlCluster cluster) : IDisposable
{
    private static readonly DateTime Now = new(2026, 10, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly PostgreSqlDatabase _database = new(cluster.NewDatabase());

    public void Dispose() => _database.Dispose();

    [Fact]
    public void A_version_row_is_made_once()
    {
        Assert.True(First("InsertMembershipVersionKey"));
        Assert.False(First("InsertMembershipVersionKey"));
        Assert.Equal([(null, 0)], All());
    }

    [Fact]
    public void Of_silos_that_join_at_once_from_one_version_one_is_taken()
    {
        First("InsertMembershipVersionKey");
        var joined = new ConcurrentBag<bool>();
        Parallel.For(0, 8, at => joined.Add(First("InsertMembershipKey", version: 0, port: 11_000 + at)));
        Assert.Single(joined, taken => taken);
        Assert.Equal(1, Assert.Single(All()).Version);
    }

    [Fact]
    public void A_change_needs_the_version_and_the_silo()
    {
        First("InsertMembershipVersionKey");
        Assert.True(First("InsertMembershipKey", version: 0));
        Assert.False(First("InsertMembershipKey", version: 1));
        Assert.False(First("UpdateMembershipKey", version: 0, status: 3));
        Assert.False(First("UpdateMembershipKey", version: 1, port: 9, status: 3));
        Assert.True(First("UpdateMembershipKey", version: 1, status: 3));
        Assert.Equal([(3, 2)], All());
        Assert.Equal([(3, 2)], All("MembershipReadRowKey"));
        // The row of an unknown silo is empty but for the table's version.
        Assert.Equal([(null, 2)], All("MembershipReadRowKey", port: 9));
        Assert.Equal(30_000, Rows("GatewaysQueryKey", row => row.GetInt32(row.GetOrdinal("ProxyPort")), status: 3).Single());
    }

    [Fact]
    public void Only_the_dead_are_cleaned_away_and_a_sign_of_life_moves_no_version()
    {
        First("InsertMembershipVersionKey");
        First("InsertMembershipKey", version: 0, port: 1);
        First("InsertMembershipKey", version: 1, port: 2);
        First("UpdateMembershipKey", version: 2, port: 2, status: 6);
        Run("UpdateIAmAlivetimeKey", port: 1);
        Run("CleanupDefunctSiloEntriesKey", alive: Now.AddDays(1));
        Assert.Equal([(2, 3)], All());
        Run("DeleteMembershipTableEntriesKey");
        Assert.Empty(All());
    }

    private (int? Status, int Version)[] All(string key = "MembershipReadAllKey", int port = 11_000) =>
        Rows(key, row => (row["Status"] as int?, row.GetInt32(row.GetOrdinal("Version"))), port: port);

    private bool First(string key, int version = 0, int port = 11_000, int status = 2) =>
        Rows(key, row => row.GetBoolean(0), version, port, status).Single();

    private void Run(string key, int port = 11_000, DateTime? alive = null) => Rows(key, _ => 0, port: port, alive: alive);

    private T[] Rows<T>(string key, Func<NpgsqlDataReader, T> read, int version = 0, int port = 11_000, int status = 2,
        DateTime? alive = null)
    {
        string sql = PostgreSqlCluster.Scalar(_database.Reading.ConnectionString,
            $"SELECT QueryText FROM OrleansQuery WHERE QueryKey = '{key}'");
        using NpgsqlCommand command = _database.Writing.CreateCommand(sql);
        foreach ((string name, object value) in new (string, object)[]
        {
            ("DeploymentId", "here"), ("Address", "10.0.0.5"), ("Port", port), ("Generation", 7), ("SiloName", "silo"),
                ("HostName", "host"), ("Status", status), ("ProxyPort", 30_000),
            ("StartTime", Now), ("IAmAliveTime", alive ?? Now), ("SuspectTimes", ""), ("Version", version),
        })
        {
            if (sql.Contains($"@{name}", StringComparison.Ordinal)) command.Parameters.AddWithValue(name, value);
        }
        using NpgsqlDataReader reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return [.. rows];
    }
}
