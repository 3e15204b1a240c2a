using Npgsql;

namespace TimeBank.Storage;

/// <summary>A PostgreSQL database, and the settings of every connection. The tables are in the first schema of the search path.</summary>
public sealed class PostgreSqlDatabase : IDisposable
{
    /// <summary>The role with a server's rights. The scripts create it. It can't change what has been written.</summary>
    public const string ServerRole = "timebank_server";

    // The connection string can override these. Of several hosts, one that was the standby is asked again after a second whether it is the
    // primary now: by Npgsql's default calls would go on to fail for ten.
    private const string Defaults =
        "Application Name=timebank;Timeout=5;Command Timeout=30;Maximum Pool Size=20;Max Auto Prepare=100;Auto Prepare Min "
            + "Usages=2;Keepalive=30;Host Recheck Seconds=1";

    // A commit is durable before the caller is answered, whatever the settings of server or database say. Our statements are too short for
    // JIT.
    private const string Always = "-c synchronous_commit=on -c jit=off -c datestyle=ISO";

    // A machine that disappears still holds the locks of its writes and so blocks every other server. PostgreSQL then notices within half a
    // minute; by the systems' defaults it takes two hours.
    private const string GoneSoon =
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000";

    // The writer's statements look rows up by key. A plan made while the tables were empty must not scan them once they are large.
    private const string KeysOnly =
        "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

    // A list's cost depends on its values and page size, so each is planned by itself. It must go along the indexes from what it names: the
    // planner takes every account for an average one, and would read all transfers for a person who has three.
    private const string EachItsPlan =
        "-c plan_cache_mode=force_custom_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c "
            + "max_parallel_workers_per_gather=0";

    private readonly NpgsqlConnectionStringBuilder _given;

    /// <param name="connectionString">For Npgsql. Its login owns the tables or is a member of <see cref="ServerRole"/>.</param>
    public PostgreSqlDatabase(string connectionString)
    {
        _given = new NpgsqlConnectionStringBuilder($"{Defaults};{connectionString}")
        {
            // No call leaves anything in its session that the next call would have to be protected from.
            NoResetOnClose = true,
        };
        Writing = NpgsqlDataSource.Create(With($"-c role={ServerRole} {Always} {GoneSoon} {KeysOnly}"));
        Reading = NpgsqlDataSource.Create(With($"-c role={ServerRole} {Always} {GoneSoon} {EachItsPlan}"));
    }

    /// <summary>The database's place, without a password.</summary>
    public string Name => _given.Host!.Contains(',', StringComparison.Ordinal) ? $"{_given.Host}/{_given.Database}"
        : $"{_given.Host}:{_given.Port}/{_given.Database}";

    /// <summary>
    /// For the journals' writers and for grain states. A pool of its own, so that no list keeps a writer waiting for a connection.
    /// </summary>
    public NpgsqlDataSource Writing { get; }

    /// <summary>For statements, lists and verification.</summary>
    public NpgsqlDataSource Reading { get; }

    /// <summary>Opens a connection as the login itself, with the login's own rights.</summary>
    internal NpgsqlConnection OpenAsLogin()
    {
        var connection = new NpgsqlConnection(With(Always, pooling: false));
        try
        {
            connection.Open();
            return connection;
        }
        catch (Exception fault)
        {
            connection.Dispose();
            throw PostgreSqlFault.ExplainLogin(Name, fault);
        }
    }

    public void Dispose()
    {
        Writing.Dispose();
        Reading.Dispose();
    }

    private string With(string options, bool pooling = true) =>
        new NpgsqlConnectionStringBuilder(_given.ConnectionString)
        {
            Options = $"{_given.Options} {options}".TrimStart(),
            Pooling = pooling
        }.ConnectionString;
}
