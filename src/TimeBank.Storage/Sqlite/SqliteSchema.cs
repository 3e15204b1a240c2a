using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>Migrates a database to this build's schema by numbered scripts. Each script is applied once, in one transaction.</summary>
public static class SqliteSchema
{
    private static readonly SchemaScripts Scripts = new("Sqlite/");

    /// <summary>The schema version that this build reads and writes.</summary>
    public static int Version => Scripts.Version;

    /// <summary>Applies the missing scripts.</summary>
    /// <param name="database">The file; created if it is missing.</param>
    /// <param name="applied">Called with the name of each script applied here.</param>
    /// <exception cref="SchemaMismatchException">A newer build wrote the database, or it is not what our scripts made, or a script failed
    /// and left nothing behind.</exception>
    /// <exception cref="StorageUnavailableException">The database can't be used.</exception>
    public static void Migrate(SqliteDatabase database, Action<string>? applied = null) => On(database, connection =>
    {
        for (int version = Check(connection); version < Version; version = Check(connection))
        {
            if (Apply(connection, Scripts.After(version))) applied?.Invoke(Scripts.After(version).Name);
        }
        return Version;
    });

    /// <summary>The names of the scripts that <see cref="Migrate"/> would apply.</summary>
    /// <exception cref="SchemaMismatchException">A newer build wrote the database, or it is not what our scripts made.</exception>
    /// <exception cref="StorageUnavailableException">The database can't be used.</exception>
    public static IReadOnlyList<string> Missing(SqliteDatabase database) =>
        File.Exists(database.Path) ? On(database, connection => Scripts.NamesAfter(Check(connection))) : Scripts.NamesAfter(0);

    /// <summary>The number of our scripts that the database has.</summary>
    /// <exception cref="SchemaMismatchException">The database is not what our scripts made.</exception>
    internal static int Check(SqliteConnection connection) => Scripts.Applied(
        List(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", row => row.GetString(0)),
        () => List(connection, "SELECT version, name, digest FROM schema_version ORDER BY version", row =>
        new SchemaScript(row.GetInt32(0), row.GetString(1), "", row.GetString(2))));

    /// <exception cref="SchemaMismatchException">The database does not have exactly this build's schema.</exception>
    internal static void RequireCurrent(SqliteConnection connection) => Scripts.RequireAll(Check(connection));

    private static T On<T>(SqliteDatabase database, Func<SqliteConnection, T> act)
    {
        using SqliteConnection connection = database.Open();
        try
        {
            return act(connection);
        }
        catch (SqliteException fault)
        {
            // Opening the connection may read nothing of the file; then this is the first call that notices that it is broken.
            throw SqliteFault.ExplainOpening(database.Path, fault);
        }
    }

    /// <summary>Applies a script, unless another process has just done so.</summary>
    private static bool Apply(SqliteConnection connection, SchemaScript script)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        if (Check(connection) != script.Version - 1) return false;
        using SqliteCommand command = connection.CreateCommand();
        connection.CreateFunction<byte[], byte[], byte[], long?, string?, byte[]>("chained", Chained);
        try
        {
            command.CommandText = script.Text;
            command.ExecuteNonQuery();
        }
        catch (SqliteException fault) when (SqliteFault.Translate(fault) == fault)
        {
            throw new SchemaMismatchException($"Script {script.Name} failed, and nothing of it was applied: {fault.Message}");
        }
        command.CommandText = "INSERT INTO schema_version (version, name, digest) VALUES ($version, $name, $digest)";
        command.Parameters.AddWithValue("$version", script.Version);
        command.Parameters.AddWithValue("$name", script.Name);
        command.Parameters.AddWithValue("$digest", script.Digest);
        command.ExecuteNonQuery();
        transaction.Commit();
        return true;
    }

    /// <summary>SQL function of the script that chains the refusals and notes of an older build.</summary>
    private static byte[] Chained(byte[] chain, byte[] id, byte[] command, long? reason, string? detail)
    {
        Refusal? refusal = reason is { } why ? new Refusal((Reason)why, detail ?? "") : null;
        var before = new Remembered(0, chain.Length > 0 ? new Digest(chain) : null);
        return before.With(Remembered.Hash(EntryId.FromBytes(id), new Digest(command), refusal)).Chain!.Value.ToArray();
    }

    private static List<T> List<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> row)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }
}
