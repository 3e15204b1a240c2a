using Microsoft.Data.Sqlite;

namespace TimeBank.Storage;

/// <summary>A connection that writes beside the journals' writer, one transaction at a time. The two wait for each other.</summary>
internal sealed class SqliteSideWriter(SqliteDatabase database) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private SqliteSession? _session;

    /// <summary>Writes in one transaction, which is undone where <paramref name="write"/> answers false or throws.</summary>
    public async ValueTask<bool> WriteAsync(Func<SqliteSession, bool> write, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Write(write), CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _session?.Dispose();
        _turn.Dispose();
    }

    private bool Write(Func<SqliteSession, bool> write)
    {
        try
        {
            SqliteSession session = _session ??= new SqliteSession(database.Open());
            return session.Write(() => write(session));
        }
        catch (SqliteException fault)
        {
            // Disposing rolls back. The next call gets a new connection.
            _session?.Dispose();
            _session = null;
            throw SqliteFault.Translate(fault);
        }
    }
}
