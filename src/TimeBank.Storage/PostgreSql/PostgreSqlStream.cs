using Npgsql;

namespace TimeBank.Storage;

/// <summary>
/// A query whose rows are read one by one, however many they are. In a transaction of its own, so that a statement before it can say how it
/// joins: lists, which read few rows, must not merge two indexes, which is the fastest way through a million.
/// </summary>
/// <param name="settings">Settings of the transaction; null where the query joins nothing.</param>
internal sealed class PostgreSqlStream<T>(
    NpgsqlDataSource source, PostgreSqlQuery? settings, PostgreSqlQuery query, Func<NpgsqlDataReader, T> row) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;
    private NpgsqlTransaction? _transaction;
    private NpgsqlCommand? _command;
    private NpgsqlDataReader? _reader;

    public T Current => row(_reader!);

    /// <summary>Goes to the next row. False: there is none.</summary>
    /// <exception cref="TimeBank.Ledger.StorageUnavailableException">The database can't be read now.</exception>
    public async Task<bool> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            if (_reader is null) await BeginAsync(cancellation);
            return await _reader!.ReadAsync(cancellation);
        }
        catch (Exception fault) when (PostgreSqlFault.Translate(fault) is var translated && translated != fault)
        {
            throw translated;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Cancel first: disposing a half-read query would read all its other rows.
        if (_reader is { IsClosed: false }) _command!.Cancel();
        try
        {
            if (_reader is not null) await _reader.DisposeAsync();
            if (_command is not null) await _command.DisposeAsync();
            if (_transaction is not null) await _transaction.DisposeAsync();
        }
        catch (Exception fault) when (fault is NpgsqlException or IOException)
        {
            // The query that was cancelled, or a connection that is gone: the rows were read before.
        }
        if (_connection is not null) await _connection.DisposeAsync();
    }

    private async Task BeginAsync(CancellationToken cancellation)
    {
        _connection = await source.OpenConnectionAsync(cancellation);
        _transaction = await _connection.BeginTransactionAsync(cancellation);
        if (settings is not null)
        {
            await using NpgsqlCommand set = settings.Command(_connection);
            await set.ExecuteNonQueryAsync(cancellation);
        }
        _command = query.Command(_connection);
        _reader = await _command.ExecuteReaderAsync(cancellation);
    }
}
