using Npgsql;

namespace TimeBank.Storage;

/// <summary>A call on a connection of the pool, with the database's faults as the ports name them.</summary>
internal static class PostgreSqlCall
{
    public static async ValueTask<T> CallAsync<T>(this NpgsqlDataSource source, Func<NpgsqlConnection, Task<T>> call, CancellationToken cancellation)
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

    /// <summary>The rows of the result that the reader stands at.</summary>
    public static async Task<List<T>> ListAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> row, CancellationToken cancellation)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation)) rows.Add(row(reader));
        return rows;
    }
}
