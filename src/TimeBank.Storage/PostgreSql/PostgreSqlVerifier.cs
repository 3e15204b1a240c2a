using System.Data;
using System.Data.Common;
using Npgsql;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;

namespace TimeBank.Storage;

/// <summary>Derives a whole database again from its journals, in one snapshot. Servers may run meanwhile.</summary>
public static class PostgreSqlVerifier
{
    // Tables can be larger than memory: read those in order by their keys, since sorting would fill the disk. Read the others as they lie.
    private const string InOrder = "SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = on";

    /// <param name="states">The types of the grain states by name; null skips them.</param>
    /// <exception cref="SchemaMismatchException">The schema is not this build's.</exception>
    /// <exception cref="StorageUnavailableException">The database can't be read now.</exception>
    public static Verification Verify(
        PostgreSqlDatabase database, CancellationToken cancellation, IReadOnlyDictionary<string, Type>? states = null)
    {
        var sound = new List<VerifiedRegion>();
        PostgreSqlSchema.Require(database);
        try
        {
            using NpgsqlConnection connection = database.Reading.OpenConnection(), beside = database.Reading.OpenConnection();
            PostgreSqlSchema.RequireCurrent(connection);
            using NpgsqlTransaction first = connection.BeginTransaction(IsolationLevel.RepeatableRead),
                second = beside.BeginTransaction(IsolationLevel.RepeatableRead);
            using var export = new NpgsqlCommand("SELECT pg_export_snapshot()", connection);
            // Both connections must see the same moment.
            Run(beside, $"SET TRANSACTION SNAPSHOT '{export.ExecuteScalar()}'");
            Run(connection, InOrder);
            Run(beside, InOrder);
            var facts = new BankFacts();
            Finding? finding = new StoredJournals(Rows(connection, beside), facts, cancellation).Verify(sound);
            return new Verification(sound, finding ?? Banks(connection, facts, cancellation) ?? States(connection, states, cancellation));
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted)
        {
            return new Verification(sound, new Finding("database", "pages", "ones that PostgreSQL can read", fault.MessageText));
        }
        catch (Exception fault) when (PostgreSqlFault.Translate(fault) is var translated && translated != fault)
        {
            throw translated;
        }
    }

    private static Finding? Banks(NpgsqlConnection connection, BankFacts facts, CancellationToken cancellation)
    {
        // Each line is compared with its matches: two indexes in the same order.
        Run(connection, "SET LOCAL enable_mergejoin = on");
        return new StoredBanks(
            sql =>
            {
                using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
                return command.ExecuteReader();
            },
            facts, cancellation).Verify();
    }

    private static Finding? States(NpgsqlConnection connection, IReadOnlyDictionary<string, Type>? kinds, CancellationToken cancellation)
    {
        if (kinds is null) return null;
        string sql = StoredStates.Sql("convert_to(payload::text, 'UTF8')", "$1");
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.Add(new NpgsqlParameter { Value = GrainStorageSetup.ServiceId });
        using NpgsqlDataReader rows = command.ExecuteReader();
        return new StoredStates(kinds, cancellation).Verify(rows);
    }

    private static StoredRows Rows(NpgsqlConnection connection, NpgsqlConnection beside)
    {
        var running = new Dictionary<NpgsqlConnection, NpgsqlCommand>();
        return new StoredRows(
            "SELECT region, size, root, frontier, time, accounts, remembered, chain FROM ledger_head ORDER BY region",
            "SELECT size, root, frontier, time, accounts FROM books WHERE region = $1",
            "SELECT idx, time, effective::text, kind, code, of_idx, expires, bytes, salt, leaf FROM entries WHERE region = $1 ORDER BY idx",
            """
            SELECT idx, position, debit, credit, unit, posted, held, released, debit_debits, debit_credits, credit_debits, credit_credits
            FROM transfers WHERE region = $1 ORDER BY idx, position
            """,
            "SELECT uuid_send(id), idx, command, reason, detail, nth FROM outcomes WHERE region = $1",
            "SELECT idx, expires FROM holds WHERE region = $1 ORDER BY idx",
            $"SELECT {PostgreSqlReads.AccountColumns} FROM accounts a WHERE a.region = $1 ORDER BY a.number",
            (sql, values) => Read(connection, sql, values),
            (sql, values) => Read(beside, sql, values),
            Cancel);

        DbDataReader Read(NpgsqlConnection on, string sql, object?[] values)
        {
            // No time limit: a journal of twenty years takes its time.
            var command = new NpgsqlCommand(sql, on) { CommandTimeout = 0 };
            foreach (object? value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
            running[on] = command;
            return command.ExecuteReader();
        }

        // Cancel first: disposing a half-read query would read all its other rows, and millions may follow the first bad entry.
        void Cancel()
        {
            foreach (NpgsqlCommand command in running.Values) command.Cancel();
        }
    }

    private static void Run(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
