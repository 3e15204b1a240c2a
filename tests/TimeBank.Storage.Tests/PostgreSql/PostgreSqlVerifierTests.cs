using TimeBank.Ledger;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>Tampers with a database, and asserts the first fault that the verifier names.</summary>
[Collection(PostgreSqlCluster.Name)]
public sealed class PostgreSqlVerifierTests(PostgreSqlCluster cluster, PostgreSqlVerifierTests.SoundDatabase sound)
    : IClassFixture<PostgreSqlVerifierTests.SoundDatabase>
{
    [Fact]
    public async Task A_sound_database_verifies_with_its_counts_and_roots()
    {
        using PostgreSqlDatabase database = new(await CopyAsync());
        Verification verification = PostgreSqlVerifier.Verify(database, default);
        Assert.Null(verification.Finding);
        Assert.Equal([(Lusong, 1L, 2L, 0L), (Tianyuan, 15L, 11L, 3L)],
            verification.Regions.Select(region => (region.Region, region.Entries, region.Accounts, region.Remembered)));
        LedgerHead head = await PostgreSqlLedgerStore.Open(database).ReadHeadAsync(Tianyuan, default);
        Assert.Equal(head.Tree.Root, verification.Regions[1].Root);
    }

    [Theory]
    [InlineData(
        "UPDATE entries SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'memo of meal 1', 'memo of meal 7'), 'UTF8') WHERE "
            + "idx = 4", "entries/4", "leaf of bytes and salt")]
    [InlineData("UPDATE entries SET salt = decode(repeat('00', 16), 'hex') WHERE idx = 3", "entries/3", "leaf of bytes and salt")]
    [InlineData("DELETE FROM entries WHERE idx = 5", "entries/5", "entry")]
    [InlineData("DELETE FROM entries WHERE idx >= 13", "entries/13", "entry")]
    [InlineData("UPDATE entries SET idx = CASE idx WHEN 104 THEN 5 ELSE 4 END, time = -idx WHERE idx IN (104, 105)", "entries/4",
        "index in the bytes", "UPDATE entries SET idx = idx + 100 WHERE idx IN (4, 5)")]
    [InlineData(
        "INSERT INTO entries SELECT region, 15, time + 9, effective, kind, code, NULL, NULL, bytes, salt, leaf FROM entries WHERE idx = 0 "
            + "AND region = 430211", "entries/15", "entry")]
    [InlineData("UPDATE entries SET effective = '2026-10-02' WHERE idx = 6", "entries/6", "effective date column")]
    [InlineData("UPDATE entries SET effective = 'infinity' WHERE idx = 6", "entries/6", "effective date column")]
    [InlineData("UPDATE entries SET expires = expires + 1 WHERE idx = 10", "entries/10", "expiry column")]
    [InlineData("UPDATE transfers SET posted = posted + 1 WHERE idx = 4 AND position = 1", "entries/4/transfers/1", "row")]
    [InlineData("DELETE FROM transfers WHERE idx = 4 AND position = 2", "entries/4", "transfer rows")]
    [InlineData(
        "INSERT INTO transfers SELECT region, 99, 0, debit, credit, unit, posted, held, released, 0, 0, 0, 0 FROM transfers WHERE idx = 1 "
            + "AND region = 430211", "entries/99", "transfer rows")]
    [InlineData("DELETE FROM outcomes WHERE idx = 3", "entries/3", "outcome under its id")]
    [InlineData("UPDATE outcomes SET idx = 99 WHERE idx = 3", "outcomes/", "entry")]
    [InlineData("DELETE FROM outcomes WHERE nth = 0", "outcomes", "refusal or note number 0")]
    [InlineData("UPDATE outcomes SET nth = NULL WHERE nth = 0", "outcomes/", "number")]
    [InlineData("UPDATE outcomes SET id = '00000000-0000-0000-0000-000000000000' WHERE nth = 0", "entries/7",
        "refusals and notes that it seals")]
    [InlineData("UPDATE outcomes SET command = decode(repeat('00', 32), 'hex') WHERE nth = 1", "entries/8",
        "refusals and notes that it seals")]
    [InlineData("UPDATE outcomes SET reason = 41 WHERE nth = 0", "entries/7", "refusals and notes that it seals")]
    [InlineData("UPDATE outcomes SET detail = 'account=mine' WHERE nth = 0", "entries/7", "refusals and notes that it seals")]
    [InlineData("UPDATE outcomes SET detail = 'account=mine' WHERE nth = 2", "head", "chain")]
    [InlineData(
        "INSERT INTO outcomes VALUES (430211, '00000000-0000-0000-0000-000000000000', NULL, decode(repeat('00', 32), 'hex'), 40, '', 3)",
        "head", "remembered")]
    [InlineData("UPDATE ledger_head SET chain = decode(repeat('00', 32), 'hex')", "head", "chain")]
    [InlineData("DELETE FROM holds", "holds/10", "open hold")]
    [InlineData("UPDATE accounts SET debits_posted = debits_posted + 1 WHERE path = 'fund/lottery/available'",
        "accounts/fund/lottery/available", "posted debits")]
    [InlineData("UPDATE accounts SET valid_until = 'infinity' WHERE grp = 'meals'", "accounts/voucher/", "columns")]
    [InlineData("UPDATE accounts SET unit = '?' WHERE path = 'fund/lottery/available'", "accounts/fund/lottery/available", "columns")]
    [InlineData("DELETE FROM accounts WHERE number = 11", "accounts/", "account")]
    [InlineData("UPDATE ledger_head SET root = decode(repeat('00', 32), 'hex')", "head", "root")]
    [InlineData("UPDATE ledger_head SET size = 14", "entries/14", "entry")]
    [InlineData("DELETE FROM ledger_head WHERE region = 430211", "head", "head")]
    [InlineData("UPDATE books SET size = 3", "entries/3", "transfer rows")]
    [InlineData("UPDATE books SET size = 14", "books", "root")]
    [InlineData("UPDATE books SET size = 16", "books", "size")]
    [InlineData("DELETE FROM books WHERE region = 430211", "books", "books")]
    public async Task What_was_changed_is_named(string change, string where, string what, string before = "")
    {
        string connectionString = await CopyAsync();
        // The tables' owner can switch their constraints off too, so the tests do. Every change is in Tianyuan's rows only.
        foreach (string sql in new[] { before, change }.Where(sql => sql.Length > 0))
        {
            string bound = sql.Contains("430211", StringComparison.Ordinal)
                ? sql : sql + (sql.Contains("WHERE", StringComparison.Ordinal) ? " AND region = 430211" : " WHERE region = 430211");
            Assert.True(PostgreSqlCluster.Execute($"{connectionString};Options=-c session_replication_role=replica", bound) > 0, sql);
        }
        using PostgreSqlDatabase database = new(connectionString);
        Verification verification = PostgreSqlVerifier.Verify(database, default);
        Assert.StartsWith("regions/430211/", verification.Finding?.Where, StringComparison.Ordinal);
        Assert.Contains(where, verification.Finding!.Where, StringComparison.Ordinal);
        Assert.Equal(what, verification.Finding.What);
    }

    [Fact]
    public async Task Refusals_from_before_the_chain_come_into_it()
    {
        string connectionString = cluster.NewDatabase();
        using PostgreSqlDatabase database = new(connectionString);
        await new BatchWriter(PostgreSqlLedgerStore.Open(database), Tianyuan)
            .WriteAsync(Allot("too early", 1), Entries.Note(Header("note")), Allot("too early 2", 1));
        foreach (string sql in (string[])["ALTER TABLE outcomes DROP COLUMN nth", "ALTER TABLE ledger_head DROP COLUMN chain",
            "DELETE FROM schema_version WHERE version >= 8", $"DROP TABLE {string.Join(", ", StoredBankBooksContract.Tables)}"])
            PostgreSqlCluster.Execute(connectionString, sql);
        PostgreSqlSchema.Migrate(database);
        await new BatchWriter(PostgreSqlLedgerStore.Open(database), Tianyuan).WriteAsync(Allot("too early again", 1), Receive("gift", 5));
        Assert.Equal(4, Assert.Single(PostgreSqlVerifier.Verify(database, default).Regions).Remembered);

        PostgreSqlCluster.Execute(connectionString, "UPDATE outcomes SET detail = 'account=mine' WHERE nth = 1");
        Assert.Equal("regions/430211/entries/0: refusals and notes that it seals",
            $"{PostgreSqlVerifier.Verify(database, default).Finding}".Split(": expected")[0]);
    }

    private async Task<string> CopyAsync()
    {
        await sound.MakeAsync(cluster);
        return cluster.NewDatabase(from: SoundDatabase.Name);
    }

    /// <summary>A sound database with a day of two regions, made once and copied for each test.</summary>
    public sealed class SoundDatabase
    {
        public const string Name = "sound";

        private bool _made;

        internal async Task MakeAsync(PostgreSqlCluster cluster)
        {
            if (_made) return;
            cluster.Run("postgres", $"CREATE DATABASE {Name} TEMPLATE migrated");
            // Without pooling, since PostgreSQL cannot copy a database with open connections.
            using var database = new PostgreSqlDatabase($"{cluster.Server.ConnectionString(Name)};Pooling=false");
            var store = PostgreSqlLedgerStore.Open(database);
            await LiveADayAsync(new BatchWriter(store, Tianyuan));
            await new BatchWriter(store, Lusong).WriteAsync(Receive("gift", 100));
            // A reader brings the books up to the journal.
            await store.TrialBalanceAsync(Tianyuan, default);
            await store.TrialBalanceAsync(Lusong, default);
            _made = true;
        }
    }
}
