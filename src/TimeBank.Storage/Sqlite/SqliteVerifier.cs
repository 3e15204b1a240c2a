using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Derives a whole database again from its journals, in one snapshot, beside a running server or without one.</summary>
public static class SqliteVerifier
{
    private static readonly string[] RegionTables = ["entries", "accounts", "outcomes", "transfers", "holds"];

    /// <exception cref="FileNotFoundException">There is no database.</exception>
    /// <exception cref="SchemaMismatchException">Its schema isn't this build's.</exception>
    /// <exception cref="StorageUnavailableException">It can't be read now.</exception>
    public static Verification Verify(SqliteDatabase database, CancellationToken cancellation)
    {
        if (!File.Exists(database.Path)) throw new FileNotFoundException($"There is no database at {database.Path}.", database.Path);
        var sound = new List<VerifiedRegion>();
        try
        {
            using SqliteConnection connection = database.Open();
            int applied = SqliteSchema.Check(connection);
            if (applied != SqliteSchema.Version) throw new SchemaMismatchException($"The database has schema {applied} and this build needs {SqliteSchema.Version}: migrate it first.");
            using var session = new SqliteSession(connection);
            return session.Snapshot(read => new Verification(sound, Regions(read, sound, cancellation) ?? Database(read)));
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB)
        {
            return new Verification(sound, new Finding("database", "file", "one that SQLite can read", fault.Message));
        }
        catch (SqliteException fault)
        {
            throw SqliteFault.Translate(fault);
        }
    }

    private static Finding? Regions(SqliteSession session, List<VerifiedRegion> sound, CancellationToken cancellation)
    {
        foreach (string table in RegionTables)
        {
            long? headless = session.Prepare($"SELECT region FROM {table} WHERE region NOT IN (SELECT region FROM ledger_head) LIMIT 1").First(row => (long?)row.GetInt64(0));
            if (headless is not null) return new Finding($"regions/{headless}/head", "head", $"one: {table} has rows of the region", "none");
        }
        foreach (HeadRow head in session.Prepare("SELECT region, size, root, frontier, time, accounts, remembered FROM ledger_head ORDER BY region").List(Head))
        {
            var verifier = new JournalVerifier(head);
            Finding? finding = Entries(session, head.Region, verifier, cancellation)
                ?? Each(session, "SELECT id, idx, reason FROM outcomes WHERE region = $region", head.Region, cancellation,
                    row => verifier.Outcome(EntryId.FromBytes(SqliteRows.Bytes(row, 0)), SqliteRows.Number(row, 1), SqliteRows.Number(row, 2)))
                ?? Each(session, "SELECT idx, expires FROM holds WHERE region = $region ORDER BY idx", head.Region, cancellation,
                    row => verifier.Hold(row.GetInt64(0), SqliteRows.Number(row, 1)))
                ?? Each(session, $"SELECT {SqliteRows.AccountColumns} FROM accounts a WHERE a.region = $region ORDER BY a.number", head.Region, cancellation,
                    row => Account(head.Region, verifier, row))
                ?? verifier.Finish();
            if (finding is not null) return finding;
            sound.Add(verifier.Verified);
        }
        return null;
    }

    private static Finding? Entries(SqliteSession session, RegionCode region, JournalVerifier verifier, CancellationToken cancellation)
    {
        const string Columns = "SELECT idx, time, effective, kind, code, of_idx, expires, bytes, salt, leaf FROM entries WHERE region = $region ORDER BY idx";
        using var transfers = new TransferRows(session, region);
        Finding? finding = Each(session, Columns, region, cancellation, row => verifier.Entry(new EntryRow(
            row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetInt64(3), row.GetString(4), SqliteRows.Number(row, 5), SqliteRows.Number(row, 6),
            SqliteRows.Bytes(row, 7), SqliteRows.Bytes(row, 8), SqliteRows.Bytes(row, 9), transfers.Of(row.GetInt64(0)))));
        return finding ?? verifier.EndEntries() ?? (transfers.Next is { } orphan ? new Finding($"regions/{region}/entries/{orphan}", "transfer rows", "none: there is no such entry", "some") : null);
    }

    private static Finding? Each(SqliteSession session, string sql, RegionCode region, CancellationToken cancellation, Func<SqliteDataReader, Finding?> check)
    {
        using SqliteDataReader row = session.Prepare(sql).Read(region.Value);
        while (row.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (check(row) is { } finding) return finding;
        }
        return null;
    }

    private static Finding? Account(RegionCode region, JournalVerifier verifier, SqliteDataReader row)
    {
        Account account;
        try
        {
            account = SqliteRows.Account(row);
        }
        catch (Exception unreadable) when (unreadable is FormatException or InvalidOperationException or OverflowException)
        {
            return new Finding($"regions/{region}/accounts/{row.GetString(1)}", "columns", "an account", unreadable.Message);
        }
        return verifier.Account(account);
    }

    private static HeadRow Head(SqliteDataReader row) => new(
        SqliteRows.Region(row), row.GetInt64(1), SqliteRows.Bytes(row, 2), SqliteRows.Bytes(row, 3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6));

    /// <summary>What SQLite itself knows: pages, indexes, constraints.</summary>
    private static Finding? Database(SqliteSession session)
    {
        string integrity = session.Prepare("PRAGMA integrity_check(1)").First(row => row.GetString(0))!;
        if (integrity != "ok") return new Finding("database", "integrity", "ok", integrity);
        string? dangling = session.Prepare("PRAGMA foreign_key_check").First(row => $"a row of {row.GetString(0)} without its row of {row.GetString(2)}");
        return dangling is null ? null : new Finding("database", "references", "none that dangles", dangling);
    }

    /// <summary>The transfers of a region in order, read beside its entries.</summary>
    private sealed class TransferRows : IDisposable
    {
        private const string Columns =
            """
            SELECT idx, position, debit, credit, unit, posted, held, released, debit_debits, debit_credits, credit_debits, credit_credits
            FROM transfers WHERE region = $region ORDER BY idx, position
            """;

        private readonly SqliteDataReader _row;

        public TransferRows(SqliteSession session, RegionCode region)
        {
            _row = session.Prepare(Columns).Read(region.Value);
            Advance();
        }

        /// <summary>The entry of the next row; null at the end.</summary>
        public long? Next { get; private set; }

        public ImmutableArray<TransferRow> Of(long index)
        {
            var rows = ImmutableArray.CreateBuilder<TransferRow>();
            for (; Next <= index; Advance())
            {
                rows.Add(new TransferRow(
                    _row.GetInt64(1), _row.GetInt64(2), _row.GetInt64(3), _row.GetString(4), _row.GetInt64(5), _row.GetInt64(6), _row.GetInt64(7),
                    _row.GetInt64(8), _row.GetInt64(9), _row.GetInt64(10), _row.GetInt64(11)));
            }
            return rows.ToImmutable();
        }

        public void Dispose() => _row.Dispose();

        private void Advance() => Next = _row.Read() ? _row.GetInt64(0) : null;
    }
}
