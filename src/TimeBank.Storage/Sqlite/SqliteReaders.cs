using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace TimeBank.Storage;

/// <summary>A few connections that read beside the writer. With WAL each sees everything committed before it begins.</summary>
internal sealed class SqliteReaders(SqliteDatabase database) : IDisposable
{
    private const int Most = 4;

    private readonly SemaphoreSlim _free = new(Most);
    private readonly ConcurrentBag<SqliteSession> _idle = [];

    /// <summary>Reads from one snapshot, on a thread of the pool, because SQLite's calls block.</summary>
    public async ValueTask<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Read(read, cancellation), cancellation);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out SqliteSession? session)) session.Dispose();
    }

    private T Read<T>(Func<SqliteSession, T> read, CancellationToken cancellation)
    {
        SqliteSession session = _idle.TryTake(out SqliteSession? idle) ? idle : new SqliteSession(database.Open());
        bool sound = false;
        try
        {
            T result = session.Snapshot(read, cancellation);
            sound = true;
            return result;
        }
        catch (SqliteException fault)
        {
            throw SqliteFault.Translate(fault);
        }
        finally
        {
            // After a fault the next read gets a new connection, so that it finds a file that has come back.
            if (sound) _idle.Add(session); else session.Dispose();
        }
    }
}
