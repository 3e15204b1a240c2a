using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TimeBank.Storage;

/// <summary>A connection with its prepared statements, kept while it is open. For one thread at a time.</summary>
internal sealed class SqliteSession(SqliteConnection connection) : IDisposable
{
    /// <summary>The instructions that SQLite runs between two checks for cancellation: some tenths of a millisecond.</summary>
    private const int InstructionsBetweenLooks = 20_000;

    private readonly Dictionary<string, SqliteStatement> _prepared = [];

    public bool InTransaction => raw.sqlite3_get_autocommit(connection.Handle) == 0;

    /// <summary>The text of every statement used so far.</summary>
    public IReadOnlyCollection<string> Texts => _prepared.Keys;

    public SqliteStatement Prepare(string sql)
    {
        if (_prepared.TryGetValue(sql, out SqliteStatement? statement)) return statement;
        return _prepared[sql] = new SqliteStatement(connection, sql);
    }

    /// <summary>Reads from one snapshot, whatever other connections write meanwhile.</summary>
    /// <param name="read">The reading.</param>
    /// <param name="cancellation">Interrupts the running statement. The statement blocks its thread, so only SQLite itself can stop
    /// it.</param>
    public T Snapshot<T>(Func<SqliteSession, T> read, CancellationToken cancellation)
    {
        Prepare("BEGIN").Run();
        try
        {
            if (cancellation.CanBeCanceled)
            {
                delegate_progress stops = _ => cancellation.IsCancellationRequested ? 1 : 0;
                raw.sqlite3_progress_handler(connection.Handle, InstructionsBetweenLooks, stops, null);
            }
            return read(this);
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode == raw.SQLITE_INTERRUPT && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        finally
        {
            if (cancellation.CanBeCanceled) raw.sqlite3_progress_handler(connection.Handle, 0, null, null);
            if (InTransaction) Prepare("ROLLBACK").Run();
        }
    }

    /// <summary>Writes in one transaction. Rolls back where <paramref name="write"/> returns false or throws.</summary>
    /// <returns>True where the transaction is committed.</returns>
    public bool Write(Func<bool> write)
    {
        Prepare("BEGIN IMMEDIATE").Run();
        bool committed = false;
        try
        {
            if (!write()) return false;
            Prepare("COMMIT").Run();
            return committed = true;
        }
        finally
        {
            // A failed commit may have rolled back by itself already.
            if (!committed && InTransaction) Prepare("ROLLBACK").Run();
        }
    }

    public void Dispose()
    {
        foreach (SqliteStatement statement in _prepared.Values) statement.Dispose();
        connection.Dispose();
    }
}
