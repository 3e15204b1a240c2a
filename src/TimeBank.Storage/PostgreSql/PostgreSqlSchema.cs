using Npgsql;

namespace TimeBank.Storage;

/// <summary>Migrates a database to this build's schema by numbered scripts. Each script is applied once, in one transaction.</summary>
public static class PostgreSqlSchema
{
    private const int OldestServer = 15;

    // A migrator holds this lock until its script's transaction ends. Only we use the number: "timebank" in ASCII.
    private const long MigrationLock = 0x74696D6562616E6B;

    // Skip tables of extensions: an operator may have installed some beside ours.
    private const string Tables =
        """
        SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        """;

    private static readonly SchemaScripts Scripts = new("PostgreSql/");

    /// <summary>The schema version that this build reads and writes.</summary>
    public static int Version => Scripts.Version;

    /// <summary>
    /// Applies the missing scripts. The login must own the tables; if no script is missing, any member of the server's role will do.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="applied">Called with the name of each script applied here.</param>
    /// <exception cref="SchemaMismatchException">A newer build wrote the database, or it is not what our scripts made, or a script failed
    /// and left nothing behind.</exception>
    /// <exception cref="TimeBank.Ledger.StorageUnavailableException">The database can't be used.</exception>
    public static void Migrate(PostgreSqlDatabase database, Action<string>? applied = null) => AsLogin(database, connection =>
    {
        for (int version = Check(connection); version < Version; version = Check(connection))
        {
            if (Apply(connection, Scripts.After(version))) applied?.Invoke(Scripts.After(version).Name);
        }
        return Version;
    });

    /// <summary>The names of the scripts that <see cref="Migrate"/> would apply.</summary>
    /// <exception cref="SchemaMismatchException">A newer build wrote the database, or it is not what our scripts made.</exception>
    /// <exception cref="TimeBank.Ledger.StorageUnavailableException">The database can't be used.</exception>
    public static IReadOnlyList<string> Missing(PostgreSqlDatabase database) =>
        AsLogin(database, connection => Scripts.NamesAfter(Check(connection)));

    /// <exception cref="SchemaMismatchException">The database does not have this build's schema, or the login can't work as a
    /// server.</exception>
    /// <exception cref="TimeBank.Ledger.StorageUnavailableException">The database can't be used.</exception>
    public static void Require(PostgreSqlDatabase database) => AsLogin(database, connection =>
    {
        // Check this first: a login that is not a member can't read any table.
        bool isThere = RequireMembership(connection);
        RequireCurrent(connection);
        return isThere ? Version : throw new SchemaMismatchException(
            $"The role {PostgreSqlDatabase.ServerRole}, with whose rights a server works, is missing from this PostgreSQL: make it as "
            + "deploy/postgresql/roles.sql does, and restore the database once more, with the rights that it gives.");
    });

    /// <exception cref="SchemaMismatchException">The database does not have exactly this build's schema.</exception>
    internal static void RequireCurrent(NpgsqlConnection connection) => Scripts.RequireAll(Check(connection));

    private static T AsLogin<T>(PostgreSqlDatabase database, Func<NpgsqlConnection, T> act)
    {
        using NpgsqlConnection connection = database.OpenAsLogin();
        try
        {
            RequireServer(connection);
            return act(connection);
        }
        catch (Exception fault) when (fault is NpgsqlException or IOException)
        {
            throw PostgreSqlFault.Translate(fault);
        }
    }

    private static void RequireServer(NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion.Major < OldestServer) throw new SchemaMismatchException(
            $"The server is PostgreSQL {connection.PostgreSqlVersion}: {OldestServer} or later is needed.");
        string encoding = List(connection, "SHOW server_encoding", row => row.GetString(0))[0];
        if (encoding != "UTF8") throw new SchemaMismatchException($"The database's encoding is {encoding}: UTF8 is needed.");
        if (List(connection, "SELECT current_schema()", row => row.IsDBNull(0))[0]) throw new SchemaMismatchException(
            "The search path names no schema that is there: create it first.");
    }

    /// <returns>False where the server's role does not exist. The scripts create it.</returns>
    private static bool RequireMembership(NpgsqlConnection connection)
    {
        const string role = PostgreSqlDatabase.ServerRole;
        List<(string Login, bool IsMember)> found = List(
            connection, $"SELECT current_user, pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = '{role}'",
            row => (row.GetString(0), row.GetBoolean(1)));
        if (found is [(string login, false)])
        {
            throw new SchemaMismatchException(
                $"The login {login} isn't a member of the role {role}, with whose rights a server works: run GRANT {role} TO "
                + $"\"{login}\" as a superuser or as whoever made the role.");
        }
        return found.Count > 0;
    }

    private static int Check(NpgsqlConnection connection) =>
        Scripts.Applied(List(connection, Tables, row => row.GetString(0)), () => Applied(connection));

    private static List<SchemaScript> Applied(NpgsqlConnection connection)
    {
        bool mayRead = List(connection, "SELECT has_table_privilege('schema_version', 'SELECT')", row => row.GetBoolean(0))[0];
        if (!mayRead) RequireMembership(connection);
        return List(
            connection, "SELECT version, name, digest FROM schema_version ORDER BY version",
            row => new SchemaScript(row.GetInt32(0), row.GetString(1), "", row.GetString(2)));
    }

    /// <summary>Applies a script, unless another process has just done so.</summary>
    private static bool Apply(NpgsqlConnection connection, SchemaScript script)
    {
        using NpgsqlTransaction transaction = connection.BeginTransaction();
        Run(connection, $"SELECT pg_advisory_xact_lock({MigrationLock})");
        if (Check(connection) != script.Version - 1) return false;
        try
        {
            Run(connection, script.Text);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new SchemaMismatchException(
                $"The login may not apply script {script.Name} ({fault.MessageText}): "
                    + "run `timebank migrate` as the owner of the database.");
        }
        catch (PostgresException fault) when (PostgreSqlFault.Translate(fault) == fault)
        {
            throw new SchemaMismatchException($"Script {script.Name} failed, and nothing of it was applied: {fault.MessageText}");
        }
        using var command = new NpgsqlCommand("INSERT INTO schema_version (version, name, digest) VALUES ($1, $2, $3)", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = script.Version });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Digest });
        command.ExecuteNonQuery();
        transaction.Commit();
        return true;
    }

    private static void Run(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static List<T> List<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> row)
    {
        using var command = new NpgsqlCommand(sql, connection);
        using NpgsqlDataReader reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }
}
