using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>A prepared statement. Pass the values in the order in which the SQL first names them, as <c>$name</c>.</summary>
internal sealed partial class SqliteStatement : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _command;
    private sqlite3_stmt? _bare;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _connection = connection;
        _command = connection.CreateCommand();
        _command.CommandText = sql;
        foreach (string name in Parameter().Matches(sql).Select(match => match.Value).Distinct()) _command.Parameters.Add(
            new SqliteParameter { ParameterName = name, Value = DBNull.Value });
        _command.Prepare();
    }

    public int Count => _command.Parameters.Count;

    /// <summary>Runs a statement without rows. It bypasses the ADO.NET command, which costs more than inserting a row.</summary>
    /// <returns>The number of changed rows.</returns>
    public int Run(params ReadOnlySpan<SqliteValue> values)
    {
        if (values.Length != Count) throw new ArgumentException($"{values.Length} values for {Count} parameters.", nameof(values));
        sqlite3 database = _connection.Handle!;
        if (_bare is null) Check(raw.sqlite3_prepare_v2(database, _command.CommandText, out _bare), database);
        try
        {
            for (int at = 0; at < values.Length; at++) Check(Bind(_bare!, at + 1, values[at]), database);
            int step = raw.sqlite3_step(_bare);
            if (step is not raw.SQLITE_ROW and not raw.SQLITE_DONE) Check(step, database);
            return raw.sqlite3_changes(database);
        }
        finally
        {
            // reset reports the same failure once more; ignore it.
            _ = raw.sqlite3_reset(_bare);
        }
    }

    public List<T> List<T>(Func<SqliteDataReader, T> row, params ReadOnlySpan<object?> values)
    {
        using SqliteDataReader reader = Read(values);
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }

    public T? First<T>(Func<SqliteDataReader, T> row, params ReadOnlySpan<object?> values)
    {
        using SqliteDataReader reader = Read(values);
        return reader.Read() ? row(reader) : default;
    }

    public SqliteDataReader Read(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    public void Dispose()
    {
        _bare?.Dispose();
        _command.Dispose();
    }

    private static void Check(int code, sqlite3 database)
    {
        if (code != raw.SQLITE_OK) SqliteException.ThrowExceptionForRC(code, database);
    }

    private static int Bind(sqlite3_stmt statement, int at, SqliteValue value)
    {
        if (value.Number is { } number) return raw.sqlite3_bind_int64(statement, at, number);
        return value.Reference switch
        {
            string text => raw.sqlite3_bind_text(statement, at, text),
            byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(statement, at, 0),
            byte[] bytes => raw.sqlite3_bind_blob(statement, at, bytes),
            _ => raw.sqlite3_bind_null(statement, at),
        };
    }

    private void Bind(ReadOnlySpan<object?> values)
    {
        if (values.Length != Count) throw new ArgumentException($"{values.Length} values for {Count} parameters.", nameof(values));
        for (int at = 0; at < values.Length; at++) _command.Parameters[at].Value = values[at] ?? DBNull.Value;
    }

    [GeneratedRegex(@"\$[a-z_]+")]
    private static partial Regex Parameter();
}

/// <summary>
/// A value for a statement: number, text, bytes or null. A journal binds a few dozen per entry, and none of them is boxed.
/// </summary>
internal readonly struct SqliteValue
{
    private SqliteValue(long? number, object? reference) => (Number, Reference) = (number, reference);

    /// <summary>Null where the value is not a number.</summary>
    public long? Number { get; }

    /// <summary>A string or a byte array; null where the value is neither.</summary>
    public object? Reference { get; }

    public static implicit operator SqliteValue(long number) => new(number, null);

    public static implicit operator SqliteValue(long? number) => new(number, null);

    public static implicit operator SqliteValue(int number) => new(number, null);

    public static implicit operator SqliteValue(int? number) => new(number, null);

    public static implicit operator SqliteValue(string? text) => new(null, text);

    public static implicit operator SqliteValue(byte[]? bytes) => new(null, bytes);
}

/// <summary>A statement being built: its text, and the values in the order in which the text names them.</summary>
internal sealed class SqliteConditions(string sql, params List<object?> values)
{
    private readonly StringBuilder _sql = new(sql);

    public SqliteConditions Add(string text, params ReadOnlySpan<object?> more)
    {
        _sql.Append(text);
        values.AddRange(more);
        return this;
    }

    public SqliteConditions If(bool asked, string text, params ReadOnlySpan<object?> more) => asked ? Add(text, more) : this;

    /// <summary>Adds the conditions of an account filter on the table with the alias <c>a</c>.</summary>
    /// <param name="tag">Letters that distinguish the parameters of several filters.</param>
    public SqliteConditions Accounts(AccountFilter filter, string tag = "") =>
        // Repeat the conditions of the partial indexes; otherwise SQLite does not use them. '~' sorts after every character of a path.
        If(filter.Owner.Length > 0, $" AND a.owner = $owner{tag} AND a.owner <> ''", filter.Owner)
            .If(filter.Group.Length > 0, $" AND a.grp = $grp{tag} AND a.grp <> ''", filter.Group)
            .If(filter.UntilBefore is not null, $" AND a.valid_until < $until{tag} AND a.valid_until IS NOT NULL",
            LedgerRows.Date(filter.UntilBefore))
            .If(filter.PathPrefix.Length > 0, $" AND a.path >= $prefix{tag} AND a.path < $beyond{tag}", filter.PathPrefix,
            filter.PathPrefix + "~")
            .If(filter.Unit is not null, $" AND a.unit = $unit{tag}", filter.Unit?.Code)
            .If(filter.NotEmpty, " AND (a.debits_posted <> a.credits_posted OR a.debits_pending <> 0 OR a.credits_pending <> 0)");

    public List<T> List<T>(SqliteSession session, Func<Microsoft.Data.Sqlite.SqliteDataReader, T> row) =>
        session.Prepare(_sql.ToString()).List(row, [.. values]);
}
