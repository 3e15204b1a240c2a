using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>What only SQLite has: its file, schema and faults.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SqliteDatabase _database;

    public SqliteFileTests() => _database = new SqliteDatabase(_folder.File("timebank.db"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Opening_the_file_again_finds_everything()
    {
        LedgerHead head;
        using (var store = SqliteLedgerStore.Open(_database))
        {
            await LiveADayAsync(new BatchWriter(store, Tianyuan));
            head = await store.ReadHeadAsync(Tianyuan, default);
        }
        using var again = SqliteLedgerStore.Open(_database);
        Assert.True(head.IsAt(await again.ReadHeadAsync(Tianyuan, default)));
        Assert.True((await new BatchWriter(again, Tianyuan).WriteOneAsync(Receive("gift", 1_000_000))).Replayed);
        Assert.Null((await new BatchWriter(again, Tianyuan).WriteOneAsync(Receive("next", 5))).Refusal);
    }

    [Fact]
    public async Task A_commit_stands_when_the_file_is_copied_without_being_closed()
    {
        using var store = SqliteLedgerStore.Open(_database);
        await LiveADayAsync(new BatchWriter(store, Tianyuan));
        // A crash leaves the database and its write-ahead log. Copy them while the store is open.
        string copy = _folder.File("crashed.db");
        File.Copy(_database.Path, copy);
        File.Copy(_database.Path + "-wal", copy + "-wal");
        using var crashed = SqliteLedgerStore.Open(new SqliteDatabase(copy));
        Assert.True((await store.ReadHeadAsync(Tianyuan, default)).IsAt(await crashed.ReadHeadAsync(Tianyuan, default)));
    }

    [Fact]
    public async Task A_read_that_nobody_waits_for_any_more_is_broken_off_and_the_next_one_works()
    {
        const string endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
        SqliteLedgerStore.Open(_database).Dispose();
        using var readers = new SqliteReaders(_database);
        using var gone = new CancellationTokenSource();
        var began = new TaskCompletionSource();
        long Read(SqliteSession session, string sql)
        {
            began.TrySetResult();
            return session.Prepare(sql).List(row => row.GetInt64(0))[0];
        }
        Task<long> read = readers.ReadAsync(session => Read(session, endless), gone.Token).AsTask();
        await began.Task;

        gone.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Equal(7, await readers.ReadAsync(session => Read(session, "SELECT 7"), CancellationToken.None));
    }

    [Fact]
    public void A_new_file_has_a_row_for_every_script()
    {
        SqliteLedgerStore.Open(_database).Dispose();
        using SqliteConnection connection = _database.Open();
        Assert.Equal(SqliteSchema.Version, SqliteSchema.Check(connection));
        Assert.Equal("wal", Scalar(connection, "PRAGMA journal_mode"));
        Assert.Equal(2L, Scalar(connection, "PRAGMA synchronous"));
    }

    [Theory]
    [InlineData("INSERT INTO schema_version VALUES (99, '099_future.sql', 'abc')", "schema 99")]
    [InlineData("DELETE FROM schema_version", "half migrated")]
    [InlineData("DROP TABLE schema_version", "no schema_version")]
    [InlineData("UPDATE schema_version SET version = 0 WHERE version = 1", "lacks script 1")]
    [InlineData("DELETE FROM schema_version WHERE version = 1", "lacks script 1")]
    [InlineData("UPDATE schema_version SET digest = '0000000000000000' WHERE version = 1", "was edited")]
    public void A_schema_that_is_not_ours_is_refused(string change, string message)
    {
        SqliteLedgerStore.Open(_database).Dispose();
        Run(change);
        Assert.Contains(message, Assert.Throws<SchemaMismatchException>(() => SqliteLedgerStore.Open(_database)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Servers_that_start_at_once_on_a_new_file_migrate_it_once()
    {
        Assert.Equal(SqliteSchema.Version, SqliteSchema.Missing(_database).Count);
        Assert.False(File.Exists(_database.Path));
        var applied = new ConcurrentBag<string>();
        Parallel.For(0, 4, _ => SqliteSchema.Migrate(_database, applied.Add));
        Assert.Equal(SqliteSchema.Version, applied.Count);
        Assert.Empty(SqliteSchema.Missing(_database));
    }

    [Fact]
    public void A_script_that_fails_midway_leaves_nothing_behind()
    {
        // This view takes the name of a table that the first script makes late, so the script fails in the middle.
        Run("CREATE VIEW transfers AS SELECT 1");
        Assert.Contains("001_ledger.sql failed", Assert.Throws<SchemaMismatchException>(() => SqliteLedgerStore.Open(_database)).Message,
            StringComparison.Ordinal);
        using (SqliteConnection connection = _database.Open()) Assert.Equal(
            0L, Scalar(connection, "SELECT count(*) FROM sqlite_master WHERE type = 'table'"));
        Run("DROP VIEW transfers");
        SqliteLedgerStore.Open(_database).Dispose();
    }

    [Fact]
    public void Somebody_elses_database_is_refused()
    {
        Run("CREATE TABLE customers (id INTEGER)");
        Assert.Contains("customers", Assert.Throws<SchemaMismatchException>(() => SqliteLedgerStore.Open(_database)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_unavailable()
    {
        File.WriteAllText(_database.Path, new string('x', 8_192));
        Assert.Throws<StorageUnavailableException>(() => SqliteLedgerStore.Open(_database));
    }

    [Fact]
    public async Task A_full_disk_is_unavailable_and_the_writer_goes_on_when_there_is_room()
    {
        using var store = SqliteLedgerStore.Open(_database);
        var writer = new BatchWriter(store, Tianyuan);
        await writer.WriteAsync(Receive("gift", 100));
        // The limit plays a full disk. It binds only the connection that sets it.
        store.WriterRuns("PRAGMA max_page_count = 1");
        Proposal[] many = [.. Enumerable.Range(0, 200).Select(at => Receive($"more {at}", 1))];
        await Assert.ThrowsAsync<StorageUnavailableException>(() => writer.TryWriteAsync(many));
        Assert.Equal(1, (await store.ReadHeadAsync(Tianyuan, default)).Size);
        Assert.Equal(200, (await writer.WriteAsync(many)).Length);
    }

    [Fact]
    public async Task A_locked_database_is_unavailable_and_the_writer_goes_on_when_it_is_free()
    {
        using var store = SqliteLedgerStore.Open(new SqliteDatabase(_database.Path, busyTimeoutSeconds: 1));
        var writer = new BatchWriter(store, Tianyuan);
        using (SqliteConnection other = _database.Open())
        {
            using SqliteTransaction held = other.BeginTransaction(deferred: false);
            await Assert.ThrowsAsync<StorageUnavailableException>(() => writer.TryWriteAsync(Receive("gift", 100)));
            // Reads go on while another connection holds the write lock.
            Assert.Equal(0, (await store.ReadHeadAsync(Tianyuan, default)).Size);
        }
        Assert.Equal(0, (await writer.WriteOneAsync(Receive("gift", 100))).Entry!.Index);
    }

    [Fact]
    public async Task A_head_that_contradicts_itself_is_never_written_on()
    {
        using var store = SqliteLedgerStore.Open(_database);
        await new BatchWriter(store, Tianyuan).WriteAsync(Receive("gift", 100));
        Run("UPDATE ledger_head SET root = zeroblob(32)");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => new BatchWriter(store, Tianyuan).TryWriteAsync(Receive("more", 100)));
    }

    [Fact]
    public void Linked_entries_are_found_by_index()
    {
        SqliteLedgerStore.Open(_database).Dispose();
        using SqliteConnection connection = _database.Open();
        string[] plan = Plan(connection, SqlitePrefetch.Linked);
        Assert.Contains(plan, step => step.Contains("entries_end_a_hold_once", StringComparison.Ordinal));
        Assert.Contains(plan, step => step.Contains("entries_reverse_once", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal)
            && !step.Contains(" k ", StringComparison.Ordinal));
    }

    private void Run(string sql)
    {
        using SqliteConnection connection = _database.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static string[] Plan(SqliteConnection connection, string sql)
    {
        using var statement = new SqliteStatement(connection, "EXPLAIN QUERY PLAN " + sql);
        return [.. statement.List(row => row.GetString(3), new object?[statement.Count])];
    }
}
