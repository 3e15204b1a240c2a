using Microsoft.Data.Sqlite;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The only connection that writes journals and books, one batch at a time.</summary>
internal sealed class SqliteWriter(SqliteDatabase database) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private SqliteSession? _session;
    private SqliteAppend? _append;
    private SqliteBooks? _books;
    private bool _closed;

    public ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation) =>
        WriteAsync(session => (_append ??= new SqliteAppend(session)).Run(append), cancellation);

    public ValueTask<bool> BookAsync(Bookings bookings) =>
        WriteAsync(session => (_books ??= new SqliteBooks(session)).Run(bookings), CancellationToken.None);

    internal void Run(string sql) => _session!.Prepare(sql).Run();

    public void Dispose()
    {
        // A booking may be running.
        _turn.Wait();
        _closed = true;
        Close();
        _turn.Release();
    }

    private async ValueTask<bool> WriteAsync(Func<SqliteSession, bool> write, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            // Syncing a disk blocks its thread. Meanwhile the caller collects the next batch.
            return await Task.Run(() => Write(write), CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }

    private bool Write(Func<SqliteSession, bool> write)
    {
        if (_closed) throw new StorageUnavailableException("The store is closed.");
        try
        {
            return write(_session ??= new SqliteSession(database.Open()));
        }
        catch (SqliteException fault)
        {
            Exception translated = SqliteFault.Translate(fault);
            // The state of a broken connection is unknown: the next batch gets a new one.
            if (translated is not AppendRefusedException) Close();
            throw translated;
        }
    }

    private void Close()
    {
        _session?.Dispose();
        _session = null;
        _append = null;
        _books = null;
    }
}
