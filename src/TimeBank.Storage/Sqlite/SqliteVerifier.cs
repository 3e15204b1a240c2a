using Microsoft.Data.Sqlite;
using SQLitePCL;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;

namespace TimeBank.Storage;

/// <summary>Derives a whole database again from its journals, in one snapshot. A server may run meanwhile.</summary>
public static class SqliteVerifier
{
    /// <param name="states">The types of the grain states by name; null skips them.</param>
    /// <exception cref="FileNotFoundException">There is no database.</exception>
    /// <exception cref="SchemaMismatchException">The schema is not this build's.</exception>
    /// <exception cref="StorageUnavailableException">The database can't be read now.</exception>
    public static Verification Verify(
        SqliteDatabase database, CancellationToken cancellation, IReadOnlyDictionary<string, Type>? states = null)
    {
        if (!File.Exists(database.Path)) throw new FileNotFoundException($"There is no database at {database.Path}.", database.Path);
        var sound = new List<VerifiedRegion>();
        try
        {
            using SqliteConnection connection = database.Open();
            SqliteSchema.RequireCurrent(connection);
            using var session = new SqliteSession(connection);
            return session.Snapshot(
                read =>
                {
                    var facts = new BankFacts();
                    Finding? finding = new StoredJournals(Rows(read), facts, cancellation).Verify(sound);
                    return new Verification(sound, finding
                        ?? new StoredBanks(sql => read.Prepare(sql).Read([]), facts, cancellation).Verify()
                        ?? States(read, states, cancellation) ?? Database(read));
                },
                cancellation);
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

    private static StoredRows Rows(SqliteSession session) => new(
        "SELECT region, size, root, frontier, time, accounts, remembered, chain FROM ledger_head ORDER BY region",
        "SELECT size, root, frontier, time, accounts FROM books WHERE region = $region",
        "SELECT idx, time, effective, kind, code, of_idx, expires, bytes, salt, leaf FROM entries WHERE region = $region ORDER BY idx",
        """
        SELECT idx, position, debit, credit, unit, posted, held, released, debit_debits, debit_credits, credit_debits, credit_credits
        FROM transfers WHERE region = $region ORDER BY idx, position
        """,
        "SELECT id, idx, command, reason, detail, nth FROM outcomes WHERE region = $region",
        "SELECT idx, expires FROM holds WHERE region = $region ORDER BY idx",
        $"SELECT {LedgerRows.AccountColumns} FROM accounts a WHERE a.region = $region ORDER BY a.number",
        (sql, values) => session.Prepare(sql).Read(values),
        (sql, values) => session.Prepare(sql).Read(values),
        () => { });

    private static Finding? States(SqliteSession session, IReadOnlyDictionary<string, Type>? kinds, CancellationToken cancellation)
    {
        if (kinds is null) return null;
        SqliteStatement all = session.Prepare(StoredStates.Sql("CAST(payload AS BLOB)", "$service"));
        using SqliteDataReader rows = all.Read([GrainStorageSetup.ServiceId]);
        return new StoredStates(kinds, cancellation).Verify(rows);
    }

    /// <summary>SQLite's own checks: pages, indexes, constraints, references.</summary>
    private static Finding? Database(SqliteSession session)
    {
        string integrity = session.Prepare("PRAGMA integrity_check(1)").First(row => row.GetString(0))!;
        if (integrity != "ok") return new Finding("database", "integrity", "ok", integrity);
        string? dangling = session.Prepare("PRAGMA foreign_key_check")
            .First(row => $"a row of {row.GetString(0)} without its row of {row.GetString(2)}");
        return dangling is null ? null : new Finding("database", "references", "none that dangles", dangling);
    }
}
