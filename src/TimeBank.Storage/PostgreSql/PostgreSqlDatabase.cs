using Npgsql;

namespace TimeBank.Storage;

/// <summary>A PostgreSQL database, and how every connection to it is set up. Tables stand in the first schema of the search path.</summary>
public sealed class PostgreSqlDatabase : IDisposable
{
    /// <summary>The role with the rights of a server, which the scripts create: it can't change what has been written.</summary>
    public const string ServerRole = "timebank_server";

    // What a connection string leaves open.
    private const string Defaults =
        "Application Name=timebank;Timeout=5;Command Timeout=30;Maximum Pool Size=20;Max Auto Prepare=100;Auto Prepare Min "
            + "Usages=2;Keepalive=30";

    // A commit is durable before it is answered, whatever the server's or the database's settings say. None of the statements is worth
    // compiling.
    private const string Always = "-c synchronous_commit=on -c jit=off -c datestyle=ISO";

    // A machine that is gone without a goodbye holds the locks of what it was writing, and with them every other server, until PostgreSQL
    // notices: in half a
    // minute, and not in the two hours that systems wait by themselves.
    private const string GoneSoon =
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000";

    // The writer's statements look rows up by their keys. A plan made while the tables were empty mustn't read them whole once they are
    // large.
    private const string KeysOnly =
        "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

    // What a list costs depends on its values and on how large its page is, so each is planned for its own. It goes from what it names
    // along the
    // indexes: the planner takes every account for an average one, and would read all transfers for somebody who has three.
    private const string EachItsPlan =
        "-c plan_cache_mode=force_custom_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c "
            + "max_parallel_workers_per_gather=0";

    private readonly NpgsqlConnectionStringBuilder _given;

    /// <param name="connectionString">As Npgsql reads it; its login owns the tables or is a member of <see cref="ServerRole"/>.</param>
    public PostgreSqlDatabase(string connectionString)
    {
        _given = new NpgsqlConnectionStringBuilder($"{Defaults};{connectionString}")
        {
            // No call leaves anything in its session that the next one would have to be kept from.
            NoResetOnClose = true,
        };
        Writing = NpgsqlDataSource.Create(With($"-c role={ServerRole} {Always} {GoneSoon} {KeysOnly}"));
        Reading = NpgsqlDataSource.Create(With($"-c role={ServerRole} {Always} {GoneSoon} {EachItsPlan}"));
    }

    /// <summary>Where the database is, without a password.</summary>
    public string Name => $"{_given.Host}:{_given.Port}/{_given.Database}";

    /// <summary>
    /// For the writers of journals and for grain states. Apart from the readers, so that no list keeps a writer waiting for a connection.
    /// </summary>
    public NpgsqlDataSource Writing { get; }

    /// <summary>For statements, lists and verification.</summary>
    public NpgsqlDataSource Reading { get; }

    /// <summary>A connection of the login itself, with whatever rights it has.</summary>
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
        new NpgsqlConnectionStringBuilder(_given.ConnectionString) { Options = $"{_given.Options} {options}".TrimStart(),
            Pooling = pooling }.ConnectionString;
}
