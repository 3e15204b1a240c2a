using Npgsql;

namespace TimeBank.Storage;

/// <summary>A statement of a batch being built. Pass the values in the order of their numbers.</summary>
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

/// <summary>Runs a call on a pooled connection and translates the database's faults into the ports' exceptions.</summary>
internal static class PostgreSqlCall
{
    public static async ValueTask<T> CallAsync<T>(this NpgsqlDataSource source, Func<NpgsqlConnection, Task<T>> call,
        CancellationToken cancellation)
    {
        try
        {
            await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellation);
            return await call(connection);
        }
        catch (Exception fault) when (PostgreSqlFault.Translate(fault) is var translated && translated != fault)
        {
            throw translated;
        }
    }

    /// <summary>The rows of the reader's current result.</summary>
    public static async Task<List<T>> ListAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> row,
        CancellationToken cancellation)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation)) rows.Add(row(reader));
        return rows;
    }
}
