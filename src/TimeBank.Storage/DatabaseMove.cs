using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Copies everything in a SQLite file into an empty PostgreSQL database, row by row, from one snapshot into one transaction: a move that is
/// cut leaves an empty database.
/// </summary>
public static class DatabaseMove
{
    private const int RowsBetweenWords = 100_000;

    // A server of the target changes nothing without one of these: it waits for our end, and then finds what we wrote.
    private const string KeepWritersOut = "LOCK TABLE ledger_head, grain_state, bank_books IN SHARE ROW EXCLUSIVE MODE";

    // The target's columns tell what to read: both engines name tables and columns alike. Left out is what each engine's scripts fill by
    // themselves, and a cluster's members. Entries come before the holds that refer to them.
    private const string Columns =
        """
        SELECT c.relname, a.attname, a.atttypid::regtype::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        AND c.relname NOT IN ('schema_version', 'orleansquery', 'cluster_version', 'cluster_silos')
        ORDER BY c.relname COLLATE "C", a.attnum
        """;

    /// <param name="file">The source, which nobody else may write meanwhile.</param>
    /// <param name="database">The target.</param>
    /// <param name="say">Told of each table, and of the way through a long one.</param>
    /// <exception cref="InvalidOperationException">The target isn't empty.</exception>
    /// <exception cref="SchemaMismatchException">One of the two does not have this build's schema.</exception>
    /// <exception cref="StorageUnavailableException">One of the two can't be used, or was lost on the way. The target is empty, unless the
    /// connection was lost during the commit.</exception>
    public static void Run(SqliteDatabase file, PostgreSqlDatabase database, Action<string> say, CancellationToken cancellation)
    {
        PostgreSqlSchema.Require(database);
        try
        {
            using SqliteConnection source = file.Open();
            SqliteSchema.RequireCurrent(source);
            using var session = new SqliteSession(source);
            using NpgsqlConnection target = database.Writing.OpenConnection();
            using NpgsqlTransaction transaction = target.BeginTransaction();
            Run(target, KeepWritersOut);
            Table[] tables = [.. Tables(target)];
            foreach (Table table in tables) RequireEmpty(target, table, database.Name);
            session.Snapshot(
                read =>
                {
                    foreach (Table table in tables) Copy(read, target, table, say, cancellation);
                    return true;
                },
                cancellation);
            transaction.Commit();
        }
        catch (SqliteException fault)
        {
            throw SqliteFault.Translate(fault);
        }
        catch (Exception fault) when (PostgreSqlFault.Translate(fault) is var translated && translated != fault)
        {
            throw translated;
        }
    }

    private static IEnumerable<Table> Tables(NpgsqlConnection target)
    {
        var columns = new List<(string Table, Column Column)>();
        using var command = new NpgsqlCommand(Columns, target);
        using NpgsqlDataReader row = command.ExecuteReader();
        while (row.Read()) columns.Add((row.GetString(0), new Column(row.GetString(1), row.GetString(2))));
        return columns.GroupBy(column => column.Table, column => column.Column).Select(table => new Table(table.Key, [.. table]));
    }

    private static void RequireEmpty(NpgsqlConnection target, Table table, string name)
    {
        using var command = new NpgsqlCommand($"SELECT EXISTS (SELECT FROM {table.Name})", target);
        if ((bool)command.ExecuteScalar()!) throw new InvalidOperationException(
            $"The database {name} isn't empty: {table.Name} has rows. Move into a new database that was only migrated.");
    }

    private static void Copy(SqliteSession source, NpgsqlConnection target, Table table, Action<string> say,
        CancellationToken cancellation)
    {
        long count = source.Prepare($"SELECT count(*) FROM {table.Name}").First(row => row.GetInt64(0)), copied = 0;
        if (count == 0) return;
        string columns = string.Join(", ", table.Columns.Select(column => column.Name));
        using SqliteDataReader rows = source.Prepare($"SELECT {columns} FROM {table.Name}").Read();
        using NpgsqlBinaryImporter into = target.BeginBinaryImport($"COPY {table.Name} ({columns}) FROM STDIN (FORMAT BINARY)");
        // References are checked at the end of each table, which takes its time.
        into.Timeout = TimeSpan.Zero;
        while (rows.Read())
        {
            into.StartRow();
            for (int at = 0; at < table.Columns.Count; at++) Write(into, rows, at, table.Columns[at].Type);
            if (++copied % RowsBetweenWords > 0) continue;
            cancellation.ThrowIfCancellationRequested();
            say($"{table.Name}: {copied:N0} of {count:N0} rows");
        }
        ulong stored = into.Complete();
        if (stored != (ulong)count) throw new InvalidOperationException($"Of {count} rows of {table.Name} PostgreSQL took {stored}.");
        say($"{table.Name}: {count:N0} rows");
    }

    private static void Write(NpgsqlBinaryImporter into, SqliteDataReader row, int at, string type)
    {
        if (row.IsDBNull(at))
        {
            into.WriteNull();
            return;
        }
        switch (type)
        {
            case "smallint": into.Write(row.GetInt16(at)); break;
            case "integer": into.Write(row.GetInt32(at)); break;
            case "bigint": into.Write(row.GetInt64(at)); break;
            case "text": into.Write(row.GetString(at)); break;
            case "jsonb": into.Write(row.GetString(at), NpgsqlDbType.Jsonb); break;
            case "bytea": into.Write(row.GetFieldValue<byte[]>(at)); break;
            case "uuid": into.Write(new Guid(row.GetFieldValue<byte[]>(at), bigEndian: true)); break;
            case "date": into.Write(DateOnly.ParseExact(row.GetString(at), "yyyy-MM-dd", CultureInfo.InvariantCulture)); break;
            default: throw new InvalidOperationException($"No column of SQLite becomes a {type}.");
        }
    }

    private static void Run(NpgsqlConnection target, string sql)
    {
        using var command = new NpgsqlCommand(sql, target);
        command.ExecuteNonQuery();
    }

    private sealed record Table(string Name, IReadOnlyList<Column> Columns);

    private sealed record Column(string Name, string Type);
}
