using Microsoft.Data.Sqlite;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>A database file, and the settings of every connection to it.</summary>
public sealed class SqliteDatabase
{
    // WAL: readers continue while the writer writes. FULL: a commit is durable before the caller is answered. foreign_keys OFF: the same
    // batch has just written the rows that it refers to, and verification checks all references.
    private const string Setup =
        """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = OFF;
        PRAGMA trusted_schema = OFF;
        PRAGMA cache_size = -16000;
        PRAGMA wal_autocheckpoint = 4000;
        """;

    // The operating system's error numbers for a lock that another process holds.
    private const int WouldBlock = 11, WouldBlockOnMac = 35;

    private readonly int _busyTimeoutSeconds;

    /// <param name="path">The file.</param>
    /// <param name="busyTimeoutSeconds">How long a call waits for a lock of another process.</param>
    public SqliteDatabase(string path, int busyTimeoutSeconds = 5)
    {
        _busyTimeoutSeconds = busyTimeoutSeconds;
        Path = System.IO.Path.GetFullPath(path);
        ConnectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path, DefaultTimeout = busyTimeoutSeconds,
            Pooling = false
        }.ToString();
    }

    public string Path { get; }

    public string ConnectionString { get; }

    /// <summary>
    /// Locks the file for this process, until the returned object is disposed or the process ends. A second server would answer from a
    /// memory that misses the first one's writes.
    /// </summary>
    /// <exception cref="StorageUnavailableException">Another process holds the lock.</exception>
    public IDisposable TakeAlone()
    {
        string path = $"{Path}.lock";
        try
        {
            return OwnerOnly.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        }
        catch (IOException taken) when (taken.HResult is WouldBlock or WouldBlockOnMac)
        {
            throw new StorageUnavailableException(
                $"Another server works on {Path}. Stop it first, or give this one a data folder of its own.", taken);
        }
    }

    /// <summary>Opens a connection. Creates the file if it is missing.</summary>
    /// <exception cref="StorageUnavailableException">The file can't be opened or is not a database.</exception>
    public SqliteConnection Open()
    {
        MakeFile();
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"PRAGMA busy_timeout = {_busyTimeoutSeconds * 1_000}; {Setup}";
            command.ExecuteNonQuery();
            return connection;
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw SqliteFault.ExplainOpening(Path, fault);
        }
    }

    /// <summary>
    /// Creates the file for its owner alone: SQLite would use the process's default rights. The files that SQLite adds get this file's
    /// rights.
    /// </summary>
    private void MakeFile()
    {
        try
        {
            if (!File.Exists(Path)) OwnerOnly.Open(Path, FileMode.CreateNew, FileAccess.Write).Dispose();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Another process made it meanwhile, or it can't be made: SQLite's own error will tell.
        }
    }
}
