using Npgsql;
using TimeBank.Ledger;

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

/// <summary>
/// Inserts rows of one kind into a region's part of a table. Each column is declared with the value that it takes from a row; declare all
/// columns before the first use.
/// </summary>
/// <param name="table">The table. Its first column is the region.</param>
internal sealed class PostgreSqlInsert<TRow>(string table)
{
    // Unpacking arrays costs a statement as much as a few rows do. Up to this number each row is a statement of its own; above it the rows
    // travel as one array per column.
    private const int Few = 4;

    private readonly List<IColumn> _columns = [];

    private string OneRow => field ??= $"INSERT INTO {table} (region, {Names}) VALUES ($1, {Values})";

    private string ManyRows => field ??= $"INSERT INTO {table} (region, {Names}) SELECT $1, n.* FROM unnest({Values}) AS n";

    private string Names => string.Join(", ", _columns.Select(column => column.Name));

    private string Values => string.Join(", ", _columns.Select((_, at) => $"${at + 2}"));

    public PostgreSqlInsert<TRow> Column<T>(string name, Func<TRow, T> value)
    {
        _columns.Add(new TypedColumn<T>(name, value));
        return this;
    }

    public void Add(NpgsqlBatch batch, RegionCode region, IReadOnlyCollection<TRow> rows)
    {
        if (rows.Count == 0) return;
        if (rows.Count > Few)
        {
            PostgreSqlStatement all = PostgreSqlStatement.Add(batch, ManyRows).Value(region.Value);
            foreach (IColumn column in _columns) column.Add(all, rows);
            return;
        }
        foreach (TRow row in rows)
        {
            PostgreSqlStatement one = PostgreSqlStatement.Add(batch, OneRow).Value(region.Value);
            foreach (IColumn column in _columns) column.Add(one, row);
        }
    }

    private interface IColumn
    {
        string Name { get; }

        void Add(PostgreSqlStatement statement, TRow row);

        void Add(PostgreSqlStatement statement, IReadOnlyCollection<TRow> rows);
    }

    private sealed record TypedColumn<T>(string Name, Func<TRow, T> Of) : IColumn
    {
        public void Add(PostgreSqlStatement statement, TRow row) => statement.Value(Of(row));

        public void Add(PostgreSqlStatement statement, IReadOnlyCollection<TRow> rows) => statement.Column(rows, Of);
    }
}
