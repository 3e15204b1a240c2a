using Npgsql;

namespace TimeBank.Storage;

/// <summary>A statement of a batch that is being put together. Values go in the order of their numbers.</summary>
internal readonly struct PostgreSqlStatement(NpgsqlBatchCommand command)
{
    public static PostgreSqlStatement Add(NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return new PostgreSqlStatement(command);
    }

    public PostgreSqlStatement Value<T>(T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return this;
    }

    public PostgreSqlStatement Column<TRow, T>(IReadOnlyCollection<TRow> rows, Func<TRow, T> value)
    {
        var column = new T[rows.Count];
        int at = 0;
        foreach (TRow row in rows) column[at++] = value(row);
        return Value(column);
    }
}
