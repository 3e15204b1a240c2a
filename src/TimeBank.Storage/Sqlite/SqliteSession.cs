using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TimeBank.Storage;

/// <summary>A connection with its prepared statements, kept for as long as it is open. For one thread at a time.</summary>
internal sealed class SqliteSession(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteStatement> _prepared = [];

    public bool InTransaction => raw.sqlite3_get_autocommit(connection.Handle) == 0;

    /// <summary>The text of every statement that has been used.</summary>
    public IReadOnlyCollection<string> Texts => _prepared.Keys;

    public SqliteStatement Prepare(string sql)
    {
        if (_prepared.TryGetValue(sql, out SqliteStatement? statement)) return statement;
        return _prepared[sql] = new SqliteStatement(connection, sql);
    }

    /// <summary>Reads one state of the database, whatever is written meanwhile.</summary>
    public T Snapshot<T>(Func<SqliteSession, T> read)
    {
        Prepare("BEGIN").Run();
        try
        {
            return read(this);
        }
        finally
        {
            if (InTransaction) Prepare("ROLLBACK").Run();
        }
    }

    /// <summary>Writes in one transaction; undone where <paramref name="write"/> gives false or throws.</summary>
    /// <returns>Whether it is committed.</returns>
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
            // A commit that failed may have rolled back by itself; then there is nothing to roll back.
            if (!committed && InTransaction) Prepare("ROLLBACK").Run();
        }
    }

    public void Dispose()
    {
        foreach (SqliteStatement statement in _prepared.Values) statement.Dispose();
        connection.Dispose();
    }
}
