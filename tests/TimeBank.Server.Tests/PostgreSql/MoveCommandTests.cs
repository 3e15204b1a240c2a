using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Npgsql;
using TimeBank.Ledger;
using TimeBank.Storage;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// The <c>move</c> command. What a server makes of a moved database is in <see cref="StoredDatabaseTests"/>: its receipts, its states, and
/// answers to retries.
/// </summary>
public sealed class MoveCommandTests(PostgreSqlFixture postgres) : IClassFixture<PostgreSqlFixture>, IDisposable
{
    private const string Bytes32 = "00ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e";

    /// <summary>Of the tables that the recorded file has no rows of.</summary>
    private static readonly string[] MoreRows =
    [
        $"INSERT INTO tree_nodes VALUES (430211, 7, 4294967296, x'{Bytes32}')",
        "INSERT INTO bank_books VALUES (430211, 'main', 9, 2, 2, 5)",
        $"INSERT INTO bank_statements VALUES (430211, 'main', 1, x'{Bytes32}', 'camt', '对账单.xml', x'000102030405060708090a0b0c0d0e0f', "
            + "'maker', 1761000000000000, NULL, NULL, NULL, NULL, NULL, 1, 1, 1, '{}')",
        $"INSERT INTO bank_statements VALUES (430211, 'main', 2, x'{Bytes32}', 'camt', 'b', x'f00102030405060708090a0b0c0d0e0f', 'maker', "
            + "1761000000000000, '7', '2026-10-01', '2026-12-31', -5, 9007199254740993, 1, 1, 2, '{}')",
        "INSERT INTO bank_lines VALUES (430211, 'main', 1, 1, '2024-02-29', -1200, x'000102030405060708090a0b0c0d0e0f', 1, NULL, x'')",
        "INSERT INTO bank_open VALUES (430211, 'main', 1)",
        "INSERT INTO bank_matches VALUES (430211, 'main', 1, 5, 'entries/17/0', 2, 'day', -3, 'maker', 1761000000000000)",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("timebank-move-").FullName;

    private string Data => Path.Combine(_folder, "data");

    private SqliteDatabase File => new(Path.Combine(Data, "timebank.db"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_row_is_moved_as_it_is()
    {
        TimeBankOptions options = Given();
        foreach (string row in MoreRows) Execute(row);
        using PostgreSqlDatabase database = new(options.Database);

        DatabaseMove.Run(File, database, _ => { }, default);

        string[] tables = Tables();
        Assert.Equal(15, tables.Length);
        Assert.All(tables, table => Assert.NotEmpty(RowsOfFile(table)));
        Assert.All(tables, table => Assert.Equal(RowsOfFile(table), RowsOfDatabase(options.Database, table)));
    }

    [Fact]
    public void Move_that_is_cut_leaves_nothing_and_the_next_one_succeeds()
    {
        TimeBankOptions options = Given();
        using PostgreSqlDatabase database = new(options.Database);

        Assert.Throws<StorageUnavailableException>(() => DatabaseMove.Run(File, database, line =>
        {
            // The first table with rows after the entries: by then half of all is on its way.
            if (line.StartsWith("grain_state", StringComparison.Ordinal)) PostgreSqlFixture.Execute(
                postgres.Server.ConnectionString("postgres"), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                    + $"'{new NpgsqlConnectionStringBuilder(options.Database).Database}' AND state = 'idle in transaction'");
        }, default));

        Assert.All(Tables(), table => Assert.Empty(RowsOfDatabase(options.Database, table)));
        (int code, string said, string errors) = Run(options);
        Assert.Equal((0, ""), (code, errors));
        Assert.Matches("regions/430211: [0-9]+ entries, root [^ ]+: the same in both", said);
    }

    [Theory]
    [InlineData("INSERT INTO signed_heads VALUES (430211, 'note')", "signed_heads has rows")]
    [InlineData("INSERT INTO grain_state VALUES ('timebank', 'order', '430211/A', 0, 0, 1, '{}')", "grain_state has rows")]
    [InlineData("UPDATE schema_version SET digest = 'x' WHERE version = 9", "an applied script was edited")]
    [InlineData("DELETE FROM schema_version WHERE version = 9", "has schema 8 and this build needs 9")]
    [InlineData("INSERT INTO schema_version VALUES (10, '010_more.sql', 'x')", "has schema 10 and this build knows 9")]
    public void Target_that_is_not_an_empty_database_of_this_build_is_refused(string change, string why)
    {
        TimeBankOptions options = Given();
        PostgreSqlFixture.Execute(options.Database, change);

        Exception refused = Assert.ThrowsAny<Exception>(() => Run(options));

        Assert.Contains(why, ServerStart.Explain(refused), StringComparison.Ordinal);
        Assert.Empty(RowsOfDatabase(options.Database, "entries"));
    }

    [Fact]
    public void File_of_an_earlier_schema_is_refused()
    {
        TimeBankOptions options = Given(migrated: false);

        Exception refused = Assert.ThrowsAny<Exception>(() => Run(options));

        Assert.Contains("run `timebank migrate`", ServerStart.Explain(refused), StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_a_server_works_on_is_refused()
    {
        TimeBankOptions options = Given();
        using IDisposable server = File.TakeAlone();

        Exception refused = Assert.Throws<StorageUnavailableException>(() => Run(options));

        Assert.Contains("Another server works on", ServerStart.Explain(refused), StringComparison.Ordinal);
        Assert.Empty(RowsOfDatabase(options.Database, "entries"));
    }

    [Fact]
    public void File_that_is_not_sound_is_not_moved()
    {
        TimeBankOptions options = Given();
        Execute("UPDATE accounts SET credits_posted = credits_posted + 1 WHERE region = 430211 AND number = 1");

        (int code, _, string errors) = Run(options);

        Assert.Equal(1, code);
        Assert.Contains("is not sound, and nothing was moved", errors, StringComparison.Ordinal);
        Assert.Empty(RowsOfDatabase(options.Database, "entries"));
    }

    [Fact]
    public void Move_without_a_file_or_a_target_is_refused()
    {
        TimeBankOptions options = Given();
        Assert.Contains("needs the PostgreSQL database", ServerStart.Explain(Assert.Throws<InvalidOperationException>(() =>
            Run(new TimeBankOptions { Data = Data }))), StringComparison.Ordinal);
        string nothing = Path.Combine(_folder, "nothing");

        Exception refused = Assert.Throws<FileNotFoundException>(() =>
            Run(new TimeBankOptions { Data = nothing, Database = options.Database }));

        Assert.Contains("There is no database at", ServerStart.Explain(refused), StringComparison.Ordinal);
        Assert.False(Directory.Exists(nothing));
    }

    /// <summary>A played history in a file, and an empty database that was migrated.</summary>
    private TimeBankOptions Given(bool migrated = true)
    {
        ZipFile.ExtractToDirectory(Path.Combine(Golden.Folder, "../Fixtures/before-2026-11-29.sqlite.zip"), _folder);
        foreach (string key in Directory.GetFiles(Data, "*.key").Concat(Directory.GetFiles(Data, "*.pem"))) System.IO.File.SetUnixFileMode(
            key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (migrated) Assert.Equal(0, MigrateCommand.Run(new TimeBankOptions { Data = Data }, dryRun: false, TextWriter.Null));
        var options = new TimeBankOptions { Data = Data, Database = postgres.NewDatabase() };
        Assert.Equal(0, MigrateCommand.Run(options, dryRun: false, TextWriter.Null));
        return options;
    }

    private static (int Code, string Said, string Errors) Run(TimeBankOptions options)
    {
        using StringWriter output = new(), errors = new();
        return (MoveCommand.Run(options, output, errors), output.ToString(), errors.ToString());
    }

    /// <summary>The tables of the file but those that a script fills.</summary>
    private string[] Tables() => Read(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('schema_version', 'OrleansQuery') ORDER BY name",
        row => row.GetString(0));

    private string[] RowsOfFile(string table) => [.. Read($"SELECT * FROM {table}", row => Text(Enumerable.Range(0, row.FieldCount)
        .ToDictionary(row.GetName, at => row.GetValue(at) switch
        {
            DBNull => null,
            byte[] bytes => JsonValue.Create(Convert.ToHexStringLower(bytes)),
            string state when row.GetName(at) == "payload" => JsonNode.Parse(state),
            string text => JsonValue.Create(text),
            var number => JsonValue.Create((long)number),
        }))).Order(StringComparer.Ordinal)];

    private static string[] RowsOfDatabase(string database, string table)
    {
        var rows = new List<string>();
        using var connection = new NpgsqlConnection($"{database};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand($"SELECT to_jsonb(t)::text FROM {table} t", connection);
        using NpgsqlDataReader row = command.ExecuteReader();
        while (row.Read()) rows.Add(Text(JsonNode.Parse(row.GetString(0))!.AsObject().ToDictionary(
            column => column.Key, column => column.Value is JsonValue value && value.GetValueKind() == JsonValueKind.String
                && (column.Key is "id" or "imported_as" || $"{value}".StartsWith(@"\x", StringComparison.Ordinal))
                ? JsonValue.Create($"{value}".Replace(@"\x", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal))
                : column.Value)));
        return [.. rows.Order(StringComparer.Ordinal)];
    }

    /// <summary>A row with its columns, and a state with its members, in the order of their names.</summary>
    private static string Text(IEnumerable<KeyValuePair<string, JsonNode?>> members) => $"{{{string.Join(", ", members
        .OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}: {Text(member.Value)}"))}}}";

    private static string Text(JsonNode? value) => value switch
    {
        JsonObject members => Text((IEnumerable<KeyValuePair<string, JsonNode?>>)members),
        JsonArray items => $"[{string.Join(", ", items.Select(Text))}]",
        null => "null",
        _ => $"{value}",
    };

    private T[] Read<T>(string sql, Func<SqliteDataReader, T> read)
    {
        var rows = new List<T>();
        using SqliteConnection connection = File.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) rows.Add(read(row));
        return [.. rows];
    }

    private void Execute(string sql)
    {
        using SqliteConnection connection = File.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
