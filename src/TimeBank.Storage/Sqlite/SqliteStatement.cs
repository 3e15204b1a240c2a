using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace TimeBank.Storage;

/// <summary>A prepared statement. Values are given in the order in which the SQL first names them, as <c>$name</c>.</summary>
internal sealed partial class SqliteStatement : IDisposable
{
    private readonly SqliteCommand _command;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
        foreach (string name in Parameter().Matches(sql).Select(match => match.Value).Distinct()) _command.Parameters.Add(new SqliteParameter { ParameterName = name, Value = DBNull.Value });
        _command.Prepare();
    }

    public int Count => _command.Parameters.Count;

    /// <returns>How many rows changed.</returns>
    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
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

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        if (values.Length != Count) throw new ArgumentException($"{values.Length} values for {Count} parameters.", nameof(values));
        for (int at = 0; at < values.Length; at++) _command.Parameters[at].Value = values[at] ?? DBNull.Value;
    }

    [GeneratedRegex(@"\$[a-z_]+")]
    private static partial Regex Parameter();
}
