using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>Tampers with a database, and asserts the first fault that the verifier names.</summary>
public sealed class SqliteVerifierTests : IClassFixture<SqliteVerifierTests.SoundDatabase>, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SqliteDatabase _database;

    public SqliteVerifierTests(SoundDatabase sound)
    {
        _database = new SqliteDatabase(_folder.File("timebank.db"));
        File.Copy(sound.Path, _database.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_sound_database_verifies_with_its_counts_and_roots()
    {
        Verification verification = SqliteVerifier.Verify(_database, default);
        Assert.Null(verification.Finding);
        Assert.Equal([(Lusong, 1L, 2L, 0L), (Tianyuan, 15L, 11L, 3L)],
            verification.Regions.Select(region => (region.Region, region.Entries, region.Accounts, region.Remembered)));
        using var store = SqliteLedgerStore.Open(_database);
        LedgerHead head = await store.ReadHeadAsync(Tianyuan, default);
        Assert.Equal(head.Tree.Root, verification.Regions[1].Root);
    }

    [Fact]
    public async Task A_database_verifies_while_it_is_open_and_written_to()
    {
        using var store = SqliteLedgerStore.Open(_database);
        await new BatchWriter(store, Tianyuan).WriteAsync(Receive("more", 5));
        Assert.Equal(16, SqliteVerifier.Verify(_database, default).Regions[1].Entries);
    }

    [Fact]
    public void A_missing_database_is_not_made()
    {
        var missing = new SqliteDatabase(_folder.File("missing.db"));
        Assert.Throws<FileNotFoundException>(() => SqliteVerifier.Verify(missing, default));
        Assert.False(File.Exists(missing.Path));
    }

    [Theory]
    // The journal.
    [InlineData("UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT), 'memo of meal 1', 'memo of meal 7') AS BLOB) WHERE idx = 4",
        "entries/4", "leaf of bytes and salt")]
    [InlineData("UPDATE entries SET salt = zeroblob(16) WHERE idx = 3", "entries/3", "leaf of bytes and salt")]
    [InlineData("UPDATE entries SET leaf = zeroblob(32) WHERE idx = 3", "entries/3", "leaf of bytes and salt")]
    [InlineData("DELETE FROM entries WHERE idx = 5", "entries/5", "entry")]
    [InlineData("DELETE FROM entries WHERE idx = 0", "entries/0", "entry")]
    [InlineData("DELETE FROM entries WHERE idx >= 13", "entries/13", "entry")]
    [InlineData("UPDATE entries SET idx = CASE idx WHEN 104 THEN 5 ELSE 4 END, time = -idx WHERE idx IN (104, 105)", "entries/4",
        "index in the bytes", "UPDATE entries SET idx = idx + 100 WHERE idx IN (4, 5)")]
    [InlineData(
        "INSERT INTO entries SELECT region, 15, time + 9, effective, kind, code, NULL, NULL, bytes, salt, leaf FROM entries WHERE idx = 0 "
            + "AND region = 430211", "entries/15", "entry")]
    [InlineData("UPDATE entries SET time = time + 1 WHERE idx = 6", "entries/6", "time column")]
    [InlineData("UPDATE entries SET effective = '2026-10-02' WHERE idx = 6", "entries/6", "effective date column")]
    [InlineData("UPDATE entries SET code = 'VoidVoucher' WHERE idx = 6", "entries/6", "code column")]
    [InlineData("UPDATE entries SET kind = 2 WHERE idx = 6", "entries/6", "kind column")]
    [InlineData("UPDATE entries SET of_idx = 4 WHERE idx = 7", "entries/7", "named entry column")]
    [InlineData("UPDATE entries SET expires = expires + 1 WHERE idx = 10", "entries/10", "expiry column")]
    // The transfers.
    [InlineData("UPDATE transfers SET posted = posted + 1 WHERE idx = 4 AND position = 1", "entries/4/transfers/1", "row")]
    [InlineData("UPDATE transfers SET credit_credits = credit_credits + 1 WHERE idx = 4 AND position = 0", "entries/4/transfers/0", "row")]
    [InlineData("UPDATE transfers SET credit = 1 WHERE idx = 4 AND position = 0", "entries/4/transfers/0", "row")]
    [InlineData("DELETE FROM transfers WHERE idx = 4 AND position = 2", "entries/4", "transfer rows")]
    [InlineData(
        "INSERT INTO transfers SELECT region, 14, 0, debit, credit, unit, posted, held, released, 0, 0, 0, 0 FROM transfers WHERE idx = 1",
        "entries/14", "transfer rows")]
    [InlineData(
        "INSERT INTO transfers SELECT region, 99, 0, debit, credit, unit, posted, held, released, 0, 0, 0, 0 FROM transfers WHERE idx = 1",
        "entries/99", "transfer rows")]
    // The outcomes.
    [InlineData("DELETE FROM outcomes WHERE idx = 3", "entries/3", "outcome under its id")]
    [InlineData("UPDATE outcomes SET idx = 4 WHERE idx = 3", "outcomes/", "entry")]
    [InlineData("UPDATE outcomes SET idx = NULL, command = zeroblob(32), reason = 40, detail = '', nth = 0 WHERE idx = 3", "outcomes/",
        "entry")]
    [InlineData("DELETE FROM outcomes WHERE nth = 0", "outcomes", "refusal or note number 0")]
    [InlineData("DELETE FROM outcomes WHERE nth = 2", "head", "remembered")]
    [InlineData("UPDATE outcomes SET nth = 7 WHERE nth = 2", "outcomes", "refusal or note number 2")]
    [InlineData("UPDATE outcomes SET nth = NULL WHERE nth = 0", "outcomes/", "number")]
    [InlineData("UPDATE outcomes SET nth = 1 - nth WHERE nth < 2", "entries/7", "refusals and notes that it seals")]
    [InlineData("UPDATE outcomes SET nth = 0 WHERE nth = 1", "outcomes/", "number")]
    [InlineData("UPDATE outcomes SET nth = 9 WHERE idx = 3", "outcomes/", "columns")]
    [InlineData("UPDATE outcomes SET id = zeroblob(16) WHERE nth = 0", "entries/7", "refusals and notes that it seals")]
    [InlineData("UPDATE outcomes SET command = zeroblob(32) WHERE nth = 1", "entries/8", "refusals and notes that it seals")]
    [InlineData("UPDATE outcomes SET reason = 41 WHERE nth = 0", "entries/7", "refusals and notes that it seals")]
    [InlineData("UPDATE outcomes SET detail = 'account=mine' WHERE nth = 0", "entries/7", "refusals and notes that it seals")]
    [InlineData("UPDATE outcomes SET detail = 'account=mine' WHERE nth = 2", "head", "chain")]
    [InlineData("UPDATE outcomes SET detail = NULL WHERE nth = 0", "outcomes/", "detail")]
    [InlineData("UPDATE outcomes SET command = NULL WHERE nth = 0", "outcomes/", "command")]
    [InlineData("UPDATE outcomes SET reason = 9999 WHERE nth = 0", "outcomes/", "reason")]
    [InlineData("UPDATE outcomes SET reason = reason + 4294967296 WHERE nth = 0", "outcomes/", "reason")]
    [InlineData("UPDATE outcomes SET id = x'00' WHERE nth = 0", "outcomes", "row")]
    [InlineData("INSERT INTO outcomes VALUES (430211, zeroblob(16), NULL, zeroblob(32), 40, '', NULL)", "outcomes/", "number")]
    [InlineData("INSERT INTO outcomes VALUES (430211, zeroblob(16), NULL, zeroblob(32), 40, '', 3)", "head", "remembered")]
    [InlineData("UPDATE ledger_head SET chain = zeroblob(32)", "head", "chain")]
    // The holds.
    [InlineData("DELETE FROM holds", "holds/10", "open hold")]
    [InlineData("INSERT INTO holds VALUES (430211, 9, NULL)", "holds/9", "hold")]
    [InlineData("UPDATE holds SET expires = NULL", "holds/10", "expiry")]
    // The accounts.
    [InlineData("UPDATE accounts SET debits_posted = debits_posted + 1 WHERE path = 'fund/lottery/available'",
        "accounts/fund/lottery/available", "posted debits")]
    [InlineData("UPDATE accounts SET credits_posted = credits_posted + 1 WHERE path = 'fund/lottery/available'",
        "accounts/fund/lottery/available", "posted credits")]
    [InlineData("UPDATE accounts SET debits_pending = 0 WHERE debits_pending > 0", "/hours/issued", "pending debits")]
    [InlineData("UPDATE accounts SET credits_pending = 0 WHERE credits_pending > 0", "/hours/earned", "pending credits")]
    [InlineData("UPDATE accounts SET flags = 0 WHERE path = 'fund/lottery/available'", "accounts/fund/lottery/available", "flags")]
    [InlineData("UPDATE accounts SET path = 'fund/lottery/spare' WHERE path = 'fund/lottery/available'", "accounts/fund/lottery/available",
        "path")]
    [InlineData("UPDATE accounts SET unit = 'MIN' WHERE path = 'fund/lottery/available'", "accounts/fund/lottery/available", "unit")]
    [InlineData("UPDATE accounts SET unit = '?' WHERE path = 'fund/lottery/available'", "accounts/fund/lottery/available", "columns")]
    [InlineData("UPDATE accounts SET valid_until = '2027-12-31' WHERE grp = 'meals'", "accounts/voucher/", "terms")]
    [InlineData("UPDATE accounts SET opened = 3 WHERE path = 'fund/lottery/available'", "accounts/fund/lottery/available", "opening entry")]
    [InlineData("DELETE FROM accounts WHERE path = 'fund/lottery/available'", "accounts/fund/lottery/available", "account")]
    [InlineData("DELETE FROM accounts WHERE number = 11", "accounts/", "account")]
    [InlineData(
        "INSERT INTO accounts SELECT region, 12, 'pool/mine', unit, flags, 0, 0, 0, 0, opened, owner, grp, valid_from, valid_until, data "
            + "FROM accounts WHERE number = 1 AND region = 430211", "accounts/pool/mine", "account")]
    // The head.
    [InlineData("UPDATE ledger_head SET root = zeroblob(32)", "head", "root")]
    [InlineData("UPDATE ledger_head SET frontier = zeroblob(length(frontier))", "head", "frontier")]
    [InlineData("UPDATE ledger_head SET size = 16", "entries/15", "entry")]
    [InlineData("UPDATE ledger_head SET size = 14", "entries/14", "entry")]
    [InlineData("UPDATE ledger_head SET time = time + 1", "head", "time")]
    [InlineData("UPDATE ledger_head SET accounts = 12", "head", "accounts")]
    [InlineData("UPDATE ledger_head SET remembered = 2", "head", "remembered")]
    [InlineData("DELETE FROM ledger_head WHERE region = 430211", "head", "head")]
    // The books.
    [InlineData("UPDATE books SET size = 3", "entries/3", "transfer rows")]
    [InlineData("UPDATE books SET size = 14", "books", "root")]
    [InlineData("UPDATE books SET size = 16", "books", "size")]
    [InlineData("UPDATE books SET root = zeroblob(32)", "books", "root")]
    [InlineData("UPDATE books SET frontier = zeroblob(length(frontier))", "books", "frontier")]
    [InlineData("UPDATE books SET time = time + 1", "books", "time")]
    [InlineData("UPDATE books SET accounts = 10", "books", "accounts")]
    [InlineData("DELETE FROM books WHERE region = 430211", "books", "books")]
    public void What_was_changed_is_named(string change, string where, string what, string before = "")
    {
        Tamper(before, change);
        Verification verification = SqliteVerifier.Verify(_database, default);
        Assert.False(verification.IsSound);
        Assert.StartsWith("regions/430211/", verification.Finding!.Where, StringComparison.Ordinal);
        Assert.Contains(where, verification.Finding.Where, StringComparison.Ordinal);
        Assert.Equal(what, verification.Finding.What);
    }

    [Fact]
    public void A_dropped_tail_whose_head_was_forged_too_is_named_by_what_it_left_behind()
    {
        Tamper("DELETE FROM outcomes WHERE idx >= 14", "DELETE FROM entries WHERE idx >= 14",
            "UPDATE ledger_head SET size = 14, time = (SELECT max(time) FROM entries WHERE region = 430211) WHERE region = 430211");
        Verification verification = SqliteVerifier.Verify(_database, default);
        Assert.Equal("regions/430211/books", verification.Finding!.Where);
        Assert.Equal("size", verification.Finding.What);
    }

    [Fact]
    public async Task Refusals_from_before_the_chain_come_into_it()
    {
        var older = new SqliteDatabase(_folder.File("older.db"));
        using (var store = SqliteLedgerStore.Open(older)) await new BatchWriter(store, Tianyuan)
            .WriteAsync(Allot("too early", 1), Entries.Note(Header("note")), Allot("too early 2", 1));
        Run(older,
            "ALTER TABLE outcomes DROP COLUMN nth; ALTER TABLE ledger_head DROP COLUMN chain; "
                + "DELETE FROM schema_version WHERE version >= 8; "
                + string.Concat(StoredBankBooksContract.Tables.Select(table => $"DROP TABLE {table}; ")));
        using (var store = SqliteLedgerStore.Open(older)) await new BatchWriter(store, Tianyuan)
            .WriteAsync(Allot("too early again", 1), Receive("gift", 5));
        Assert.Equal(4, Assert.Single(SqliteVerifier.Verify(older, default).Regions).Remembered);

        Run(older, "UPDATE outcomes SET detail = 'account=mine' WHERE nth = 1");
        Assert.Equal("regions/430211/entries/0: refusals and notes that it seals",
            $"{SqliteVerifier.Verify(older, default).Finding}".Split(": expected")[0]);
    }

    [Fact]
    public void A_head_that_cannot_be_read_is_named_too()
    {
        Run(_database,
            "INSERT INTO ledger_head SELECT 5, size, root, frontier, time, accounts, remembered, chain FROM ledger_head WHERE region "
                + "= 430203");
        Assert.Equal("ledger_head: row", $"{SqliteVerifier.Verify(_database, default).Finding}".Split(": expected")[0]);
    }

    [Fact]
    public void A_damaged_page_is_named()
    {
        byte[] file = File.ReadAllBytes(_database.Path);
        file.AsSpan(4_096 * 4, 4_096 * 20).Fill(0xA5);
        File.WriteAllBytes(_database.Path, file);
        Assert.Equal("database", SqliteVerifier.Verify(_database, default).Finding!.Where);
    }

    private static void Run(SqliteDatabase database, string sql)
    {
        using SqliteConnection connection = database.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Tamper(params string[] changes)
    {
        using SqliteConnection connection = _database.Open();
        using SqliteCommand command = connection.CreateCommand();
        // A writer of the file can switch its constraints off too, so the tests do. Every change is in Tianyuan's rows only.
        command.CommandText = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON";
        command.ExecuteNonQuery();
        foreach (string change in changes.Where(change => change.Length > 0))
        {
            bool bound = change.Contains("430211", StringComparison.Ordinal) || change.StartsWith("INSERT", StringComparison.Ordinal);
            command.CommandText = bound ? change : change
                + (change.Contains("WHERE", StringComparison.Ordinal) ? " AND region = 430211" : " WHERE region = 430211");
            Assert.True(command.ExecuteNonQuery() > 0, change);
        }
    }

    /// <summary>A sound database with a day of two regions, made once and copied for each test.</summary>
    public sealed class SoundDatabase : IAsyncLifetime
    {
        private readonly TempFolder _folder = new();

        public string Path => _folder.File("sound.db");

        public async ValueTask InitializeAsync()
        {
            using var store = SqliteLedgerStore.Open(new SqliteDatabase(Path));
            await LiveADayAsync(new BatchWriter(store, Tianyuan));
            await new BatchWriter(store, Lusong).WriteAsync(Receive("gift", 100));
            // A reader brings the books up to the journal.
            await store.TrialBalanceAsync(Tianyuan, default);
            await store.TrialBalanceAsync(Lusong, default);
        }

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
