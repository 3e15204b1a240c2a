using Microsoft.Data.Sqlite;

namespace TimeBank.Storage;

/// <summary>Brings a database to this build's schema by numbered scripts, each applied once and in one transaction.</summary>
public static class SqliteSchema
{
    private static readonly SchemaScripts Scripts = new("Sqlite/");

    /// <summary>The version that this build reads and writes.</summary>
    public static int Version => Scripts.Version;

    /// <exception cref="SchemaMismatchException">The database was written by a newer build, or isn't what our scripts made.</exception>
    /// <exception cref="TimeBank.Ledger.StorageUnavailableException">The database can't be used.</exception>
    public static void Migrate(SqliteDatabase database)
    {
        using SqliteConnection connection = database.Open();
        try
        {
            for (int applied = Check(connection); applied < Version; applied = Check(connection)) Apply(connection, Scripts.After(applied));
        }
        catch (SqliteException fault)
        {
            throw SqliteFault.Translate(fault);
        }
    }

    /// <summary>How many of our scripts the database has.</summary>
    /// <exception cref="SchemaMismatchException">It has something else.</exception>
    internal static int Check(SqliteConnection connection) => Scripts.Applied(
        List(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", row => row.GetString(0)),
        () => List(connection, "SELECT version, name, digest FROM schema_version ORDER BY version", row => new SchemaScript(row.GetInt32(0), row.GetString(1), "", row.GetString(2))));

    /// <exception cref="SchemaMismatchException">The database hasn't exactly this build's schema.</exception>
    internal static void RequireCurrent(SqliteConnection connection) => Scripts.RequireAll(Check(connection));

    private static void Apply(SqliteConnection connection, SchemaScript script)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        // Two processes may start on one new file: whoever comes second finds the script applied.
        if (Check(connection) != script.Version - 1) return;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = script.Text;
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO schema_version (version, name, digest) VALUES ($version, $name, $digest)";
        command.Parameters.AddWithValue("$version", script.Version);
        command.Parameters.AddWithValue("$name", script.Name);
        command.Parameters.AddWithValue("$digest", script.Digest);
        command.ExecuteNonQuery();
        transaction.Commit();
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
