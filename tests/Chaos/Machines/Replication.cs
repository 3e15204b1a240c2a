using Npgsql;
using TimeBank.Testing;

namespace TimeBank.Chaos.Machines;

/// <summary>What an operator tells PostgreSQL, so that a machine can be lost and no commit: as <c>deploy/README.md</c> has it.</summary>
internal static class Replication
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>From now on commits wait until another machine has them too.</summary>
    /// <param name="other">The name of its connection; <c>*</c>: any.</param>
    public static async Task WaitForAsync(PostgreSqlServer primary, string other)
    {
        Ask(primary, $"ALTER SYSTEM SET synchronous_standby_names = '{other}'");
        Ask(primary, "SELECT pg_reload_conf()");
        await UntilAsync(() => Ask(primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") is 1L);
    }

    /// <summary>Lets a standby fall behind: what is sent to it from now on it will never have.</summary>
    /// <returns>The process that must go on when the standby is promoted.</returns>
    public static string HoldBack(PostgreSqlServer standby)
    {
        string receiver = $"{Ask(standby, "SELECT pid FROM pg_stat_wal_receiver")}";
        SmallDisk.Run("kill", "-STOP", receiver);
        return receiver;
    }

    /// <summary>
    /// Makes a standby that was held back the primary. Commits wait for nobody until it has a standby of its own.
    /// </summary>
    public static async Task PromoteAsync(PostgreSqlServer standby, string receiver)
    {
        Ask(standby, "SELECT pg_promote(wait => false)");
        // It is told to end before it goes on, and so does not read what its connection still has.
        await Task.Delay(Pause, TimeProvider.System);
        SmallDisk.Run("kill", "-CONT", receiver);
        await UntilAsync(() => Ask(standby, "SELECT pg_is_in_recovery()") is false);
        Ask(standby, "ALTER SYSTEM RESET synchronous_standby_names");
        Ask(standby, "SELECT pg_reload_conf()");
    }

    private static async Task UntilAsync(Func<bool> reached)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (!reached()) await Task.Delay(Pause, TimeProvider.System, patience.Token);
    }

    private static object? Ask(PostgreSqlServer server, string sql)
    {
        using var connection = new NpgsqlConnection($"{server.ConnectionString("postgres")};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
