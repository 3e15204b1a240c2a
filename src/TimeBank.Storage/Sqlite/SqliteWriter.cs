using Microsoft.Data.Sqlite;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The one connection that writes journals, one batch at a time.</summary>
internal sealed class SqliteWriter(SqliteDatabase database) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private SqliteSession? _session;
    private SqliteAppend? _append;

    public async ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            // Syncing a disk blocks; the caller's turn goes on gathering the next batch meanwhile.
            return await Task.Run(() => Append(append), CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }

    internal void Run(string sql) => _session!.Prepare(sql).Run();

    public void Dispose() => Close();

    private bool Append(LedgerAppend append)
    {
        try
        {
            _session ??= new SqliteSession(database.Open());
            _append ??= new SqliteAppend(_session);
            return _append.Run(append);
        }
        catch (SqliteException fault)
        {
            Exception translated = SqliteFault.Translate(fault);
            // Nobody knows what state a broken connection is in; the next batch gets a new one.
            if (translated is not AppendRefusedException) Close();
            throw translated;
        }
    }

    private void Close()
    {
        _session?.Dispose();
        _session = null;
        _append = null;
    }
}
