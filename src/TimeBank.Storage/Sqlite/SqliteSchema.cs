using System.Reflection;
using System.Text;
using Microsoft.Data.Sqlite;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Brings a database to this build's schema by numbered scripts, each applied once and in one transaction.</summary>
public static class SqliteSchema
{
    private const string Prefix = "Sqlite/";

    /// <summary>The version that this build reads and writes.</summary>
    public static int Version => Scripts.Count;

    internal static IReadOnlyList<SchemaScript> Scripts { get; } = Load();

    /// <exception cref="SchemaMismatchException">The database was written by a newer build, or isn't what our scripts made.</exception>
    /// <exception cref="StorageUnavailableException">The database can't be used.</exception>
    public static void Migrate(SqliteDatabase database)
    {
        using SqliteConnection connection = database.Open();
        try
        {
            for (int applied = Check(connection); applied < Scripts.Count; applied = Check(connection)) Apply(connection, Scripts[applied]);
        }
        catch (SqliteException fault)
        {
            throw SqliteFault.Translate(fault);
        }
    }

    /// <summary>How many of our scripts the database has.</summary>
    /// <exception cref="SchemaMismatchException">It has something else.</exception>
    internal static int Check(SqliteConnection connection)
    {
        List<string> tables = List(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", row => row.GetString(0));
        if (!tables.Contains("schema_version"))
        {
            return tables.Count == 0 ? 0 : throw new SchemaMismatchException($"The database has tables ({string.Join(", ", tables.Order())}) but no schema_version: it isn't a TimeBank database, or it was only half migrated.");
        }
        List<SchemaScript> rows = List(connection, "SELECT version, name, digest FROM schema_version ORDER BY version", row => new SchemaScript(row.GetInt32(0), row.GetString(1), "", row.GetString(2)));
        if (rows.Count == 0) throw new SchemaMismatchException("The database has an empty schema_version: it was only half migrated.");
        if (rows[^1].Version > Version) throw new SchemaMismatchException($"The database has schema {rows[^1].Version} and this build knows {Version}: use a newer build.");
        for (int at = 0; at < rows.Count; at++)
        {
            if (rows[at].Version != at + 1) throw new SchemaMismatchException($"The database lacks script {at + 1}: it was only half migrated.");
            if (rows[at].Digest != Scripts[at].Digest) throw new SchemaMismatchException($"Script {at + 1} was applied as {rows[at].Name} {rows[at].Digest[..8]}, and this build has {Scripts[at].Name} {Scripts[at].Digest[..8]}: an applied script was edited.");
        }
        return rows.Count;
    }

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

    private static List<SchemaScript> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var scripts = new List<SchemaScript>();
        foreach (string resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            string name = resource[Prefix.Length..], text = reader.ReadToEnd();
            if (!name.StartsWith($"{scripts.Count + 1:D3}_", StringComparison.Ordinal)) throw new InvalidOperationException($"Script {name} is out of order: number {scripts.Count + 1} was expected.");
            scripts.Add(new SchemaScript(scripts.Count + 1, name, text, Digest.Of(Encoding.UTF8.GetBytes(text)).ToString()));
        }
        return scripts;
    }
}
