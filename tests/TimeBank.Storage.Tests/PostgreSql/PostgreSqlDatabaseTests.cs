using System.Collections.Concurrent;
using Npgsql;
using TimeBank.Ledger;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>What only PostgreSQL has: its schema, roles, plans and faults.</summary>
[Collection(PostgreSqlCluster.Name)]
public sealed class PostgreSqlDatabaseTests(PostgreSqlCluster cluster)
{
    [Fact]
    public void Servers_that_start_at_once_on_a_new_database_migrate_it_once()
    {
        string empty = cluster.NewDatabase(migrated: false);
        var applied = new ConcurrentBag<string>();
        Parallel.For(0, 4, _ =>
        {
            using var database = new PostgreSqlDatabase(empty);
            PostgreSqlSchema.Migrate(database, applied.Add);
        });
        Assert.Equal(PostgreSqlSchema.Version, applied.Distinct().Count());
        Assert.Equal(PostgreSqlSchema.Version, applied.Count);
        Assert.Equal($"{PostgreSqlSchema.Version}", PostgreSqlCluster.Scalar(empty, "SELECT count(*) FROM schema_version"));
    }

    [Theory]
    [InlineData("INSERT INTO schema_version VALUES (99, '099_future.sql', 'abc')", "schema 99")]
    [InlineData("DELETE FROM schema_version", "half migrated")]
    [InlineData("DROP TABLE schema_version", "no schema_version")]
    [InlineData("UPDATE schema_version SET version = 0 WHERE version = 1", "lacks script 1")]
    [InlineData("DELETE FROM schema_version WHERE version = 2", "lacks script 2")]
    [InlineData("UPDATE schema_version SET digest = '0000000000000000' WHERE version = 1", "was edited")]
    [InlineData("DROP SCHEMA public CASCADE", "no schema")]
    public void A_schema_that_is_not_ours_is_refused(string change, string message)
    {
        string changed = cluster.NewDatabase();
        PostgreSqlCluster.Execute(changed, change);
        using var database = new PostgreSqlDatabase(changed);
        Assert.Contains(message, Assert.Throws<SchemaMismatchException>(() => PostgreSqlLedgerStore.Open(database)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_that_fails_midway_leaves_nothing_behind()
    {
        string blocked = cluster.NewDatabase(migrated: false);
        // The first script makes this function at its end, so it fails there and must undo everything before.
        PostgreSqlCluster.Execute(blocked, "CREATE FUNCTION stop_append(state text, message text) RETURNS void LANGUAGE sql AS ''");
        using var database = new PostgreSqlDatabase(blocked);
        Assert.Contains("001_ledger.sql failed", Assert.Throws<SchemaMismatchException>(() => PostgreSqlSchema.Migrate(database)).Message,
            StringComparison.Ordinal);
        Assert.Equal("0", PostgreSqlCluster.Scalar(blocked, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
        PostgreSqlCluster.Execute(blocked, "DROP FUNCTION stop_append(text, text)");
        PostgreSqlSchema.Migrate(database);
        PostgreSqlSchema.Require(database);
    }

    [Fact]
    public void An_older_schema_is_refused_by_a_server_that_may_not_migrate_and_names_what_is_missing()
    {
        string older = cluster.NewDatabase();
        PostgreSqlCluster.Execute(older, $"DELETE FROM schema_version WHERE version = {PostgreSqlSchema.Version}");
        using var database = new PostgreSqlDatabase(older);
        string message = Assert.Throws<SchemaMismatchException>(() => PostgreSqlLedgerStore.Open(database, migrate: false)).Message;
        Assert.Contains(
            $"has schema {PostgreSqlSchema.Version - 1} and this build needs {PostgreSqlSchema.Version}: run `timebank migrate`", message,
            StringComparison.Ordinal);
        Assert.StartsWith($"{PostgreSqlSchema.Version:D3}_", Assert.Single(PostgreSqlSchema.Missing(database)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_login_that_owns_nothing_is_told_who_migrates()
    {
        string empty = cluster.NewDatabase(migrated: false);
        PostgreSqlCluster.Execute(empty, "DROP ROLE IF EXISTS visitor; CREATE ROLE visitor LOGIN");
        using var database = new PostgreSqlDatabase(
            empty.Replace($"Username={PostgreSqlServer.Superuser}", "Username=visitor", StringComparison.Ordinal));
        Assert.Contains("as the owner", Assert.Throws<SchemaMismatchException>(() => PostgreSqlSchema.Migrate(database)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Somebody_elses_database_is_refused()
    {
        string foreign = cluster.NewDatabase(migrated: false);
        PostgreSqlCluster.Execute(foreign, "CREATE TABLE customers (id integer)");
        using var database = new PostgreSqlDatabase(foreign);
        Assert.Contains("customers", Assert.Throws<SchemaMismatchException>(() => PostgreSqlLedgerStore.Open(database)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_serves_can_add_to_the_journal_and_change_nothing_in_it()
    {
        string owned = cluster.NewDatabase();
        PostgreSqlCluster.Execute(owned, "DROP ROLE IF EXISTS clerk; CREATE ROLE clerk LOGIN IN ROLE timebank_server");
        using var database = new PostgreSqlDatabase(
            owned.Replace($"Username={PostgreSqlServer.Superuser}", "Username=clerk", StringComparison.Ordinal));
        await LiveADayAsync(new BatchWriter(PostgreSqlLedgerStore.Open(database), Tianyuan));

        // The owner's connections take on the server's role too.
        using var own = new PostgreSqlDatabase(owned);
        foreach (PostgreSqlDatabase each in new[] { database, own })
        {
            foreach (string table in new[] { "entries", "transfers", "outcomes" })
            {
                foreach (string change in new[] { $"UPDATE {table} SET idx = 0", $"DELETE FROM {table}", $"TRUNCATE {table}",
                    $"ALTER TABLE {table} ADD COLUMN more integer" })
                {
                    using NpgsqlCommand command = each.Writing.CreateCommand(change);
                    Assert.Equal(PostgresErrorCodes.InsufficientPrivilege,
                        Assert.Throws<PostgresException>(() => command.ExecuteNonQuery()).SqlState);
                }
            }
        }
        Assert.Equal(15, PostgreSqlVerifier.Verify(database, default).Regions[0].Entries);
    }

    [Theory]
    [InlineData("uuid[]", PostgreSqlPrefetch.Outcomes)]
    [InlineData("uuid[]", PostgreSqlPrefetch.Linked)]
    [InlineData("bigint[]", PostgreSqlPrefetch.AccountsByNumber)]
    [InlineData("text[]", PostgreSqlPrefetch.AccountsByPath)]
    [InlineData("bigint[], integer[], bigint[], bigint[], bigint[], bigint[]", PostgreSqlBooks.ChangedAccounts)]
    [InlineData("bigint[]", PostgreSqlAppend.EndedHolds)]
    public void What_a_writer_looks_up_is_looked_up_by_the_whole_key_even_while_the_tables_are_empty(string types, string sql)
    {
        using var database = new PostgreSqlDatabase(cluster.NewDatabase());
        using NpgsqlConnection connection = database.Writing.OpenConnection();
        using var command = new NpgsqlCommand($"PREPARE looked (integer, {types}) AS {sql}", connection);
        command.ExecuteNonQuery();
        command.CommandText = $"EXPLAIN EXECUTE looked (NULL{string.Concat(types.Split(',').Select(_ => ", NULL"))})";
        var plan = new List<string>();
        using (NpgsqlDataReader reader = command.ExecuteReader())
        {
            while (reader.Read()) plan.Add(reader.GetString(0));
        }
        Assert.Contains(plan, step => step.Contains("Index Cond", StringComparison.Ordinal));
        Assert.All(plan, step => Assert.False(step.Contains("Join Filter", StringComparison.Ordinal)
            || step.Contains("Seq Scan", StringComparison.Ordinal), string.Join('\n', plan)));
        Assert.All(plan.Where(step => step.Contains("Index Cond", StringComparison.Ordinal)), step =>
            Assert.Contains(" AND ", step, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_batch_that_lost_its_race_leaves_no_trace()
    {
        string raced = cluster.NewDatabase();
        using var database = new PostgreSqlDatabase(raced);
        var store = PostgreSqlLedgerStore.Open(database);
        await LiveADayAsync(new BatchWriter(store, Tianyuan));
        var late = new BatchWriter(store, Tianyuan);
        (LedgerAppend lost, _) = await late.DraftAsync(
            Receive("late", 100), IssueMeals("v9", 1), HoldHours("late hold", 10), Render("late render", "hold 2", 60, 60),
                Allot("much too much", 5_000_000));
        await new BatchWriter(store, Tianyuan).WriteAsync(Receive("first", 100));
        string before = Rows();
        Assert.False(await store.AppendAsync(lost, default));
        Assert.Equal(before, Rows());

        string Rows() => PostgreSqlCluster.Scalar(
            raced,
            """
            SELECT md5(string_agg(t, E'\n')) FROM (
                SELECT h::text FROM ledger_head h UNION ALL SELECT a::text FROM accounts a UNION ALL SELECT e::text FROM entries e UNION ALL SELECT t::text FROM transfers t
                UNION ALL SELECT o::text FROM outcomes o UNION ALL SELECT h::text FROM holds h ORDER BY 1) AS every (t)
            """);
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk_whatever_the_database_says()
    {
        string careless = cluster.NewDatabase();
        PostgreSqlCluster.Execute(careless,
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$");
        using var database = new PostgreSqlDatabase($"{careless};Options=-c synchronous_commit=off");
        await using NpgsqlCommand command = database.Writing.CreateCommand("SHOW synchronous_commit");
        Assert.Equal("on", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_machine_that_is_gone_keeps_its_locks_for_half_a_minute_at_most()
    {
        using var database = new PostgreSqlDatabase(cluster.NewDatabase());
        foreach (NpgsqlDataSource connections in new[] { database.Writing, database.Reading })
        {
            await using NpgsqlCommand command = connections.CreateCommand(
                """
                SELECT current_setting('tcp_keepalives_idle')::integer + current_setting('tcp_keepalives_interval')::integer * current_setting('tcp_keepalives_count')::integer,
                       current_setting('tcp_user_timeout')
                """);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());
            Assert.Equal((25, "25000"), (reader.GetInt32(0), reader.GetString(1)));
        }
    }

    [Fact]
    public async Task A_server_that_restarts_is_unavailable_and_then_goes_on()
    {
        using PostgreSqlServer server = await PostgreSqlServer.StartAsync("fsync=off", "shared_buffers=16MB");
        using var database = new PostgreSqlDatabase(server.ConnectionString("postgres"));
        var store = PostgreSqlLedgerStore.Open(database);
        var writer = new BatchWriter(store, Tianyuan);
        await writer.WriteAsync(Receive("a", 100));
        // End every connection but this one, as a restart of PostgreSQL does.
        PostgreSqlCluster.Execute(server.ConnectionString("postgres"),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'timebank'");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => writer.TryWriteAsync(Receive("b", 100)));
        Assert.Equal(1, (await writer.WriteOneAsync(Receive("b", 100))).Entry!.Index);
    }

    [Fact]
    public void A_server_that_is_not_there_is_unavailable()
    {
        using var database = new PostgreSqlDatabase("Host=127.0.0.1;Port=1;Username=timebank;Database=timebank");
        Assert.Throws<StorageUnavailableException>(() => PostgreSqlLedgerStore.Open(database));
        using var missing = new PostgreSqlDatabase(cluster.Server.ConnectionString("missing"));
        Assert.Throws<StorageUnavailableException>(() => PostgreSqlLedgerStore.Open(missing));
    }

    [Fact]
    public async Task A_head_that_is_locked_for_too_long_is_unavailable_and_the_writer_goes_on_when_it_is_free()
    {
        string locked = cluster.NewDatabase();
        using var database = new PostgreSqlDatabase($"{locked};Command Timeout=1");
        var store = PostgreSqlLedgerStore.Open(database);
        var writer = new BatchWriter(store, Tianyuan);
        await writer.WriteAsync(Receive("a", 100));
        await using (var other = new NpgsqlConnection(locked))
        {
            await other.OpenAsync();
            await using NpgsqlTransaction held = await other.BeginTransactionAsync();
            await using var command = new NpgsqlCommand("SELECT FROM ledger_head FOR UPDATE", other);
            await command.ExecuteNonQueryAsync();
            await Assert.ThrowsAsync<StorageUnavailableException>(() => writer.TryWriteAsync(Receive("b", 100)));
        }
        Assert.Equal(1, (await writer.WriteOneAsync(Receive("b", 100))).Entry!.Index);
    }
}
