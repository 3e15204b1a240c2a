using Npgsql;
using TimeBank.Testing;

namespace TimeBank.Chaos.Machines;

/// <summary>What an operator tells PostgreSQL, so that a machine can be lost and no commit: as <c>deploy/README.md</c> has it.</summary>
internal static class Replication
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>From now on commits wait until another machine has them too.</summary>
    /// <param name="other">The name of its connection; <c>*</c>: any.</param>
    public static async Task WaitForAsync(PostgreSqlServer primary, string other)
    {
        Ask(primary, $"ALTER SYSTEM SET synchronous_standby_names = '{other}'");
        Ask(primary, "SELECT pg_reload_conf()");
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (Ask(primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") is not 1L)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>Makes a standby the primary. Commits wait for nobody until it has a standby of its own.</summary>
    public static void Promote(PostgreSqlServer standby)
    {
        Ask(standby, "SELECT pg_promote()");
        Ask(standby, "ALTER SYSTEM RESET synchronous_standby_names");
        Ask(standby, "SELECT pg_reload_conf()");
    }

    private static object? Ask(PostgreSqlServer server, string sql)
    {
        using var connection = new NpgsqlConnection($"{server.ConnectionString("postgres")};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
