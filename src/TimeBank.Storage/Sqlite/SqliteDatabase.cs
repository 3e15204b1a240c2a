using Microsoft.Data.Sqlite;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>A database file, and how every connection to it is set up.</summary>
public sealed class SqliteDatabase
{
    // WAL lets readers go on while the writer writes; FULL makes a commit durable before it is answered. References aren't looked up for
    // every row that names one:
    // the same batch has just written what they name, and verification checks them all.
    private const string Setup =
        """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = OFF;
        PRAGMA trusted_schema = OFF;
        PRAGMA cache_size = -16000;
        PRAGMA wal_autocheckpoint = 4000;
        """;

    // As the system numbers it: another process holds the lock.
    private const int WouldBlock = 11, WouldBlockOnMac = 35;

    private readonly int _busyTimeoutSeconds;

    /// <param name="path">The file.</param>
    /// <param name="busyTimeoutSeconds">How long a call waits for a file that another process has locked.</param>
    public SqliteDatabase(string path, int busyTimeoutSeconds = 5)
    {
        _busyTimeoutSeconds = busyTimeoutSeconds;
        Path = System.IO.Path.GetFullPath(path);
        ConnectionString = new SqliteConnectionStringBuilder { DataSource = Path, DefaultTimeout = busyTimeoutSeconds,
            Pooling = false }.ToString();
    }

    public string Path { get; }

    public string ConnectionString { get; }

    /// <summary>
    /// Takes the file for one process, until what is returned is disposed or the process ends: a second server would answer from a memory
    /// that the first one doesn't know of.
    /// </summary>
    /// <exception cref="StorageUnavailableException">Another process has it.</exception>
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

    /// <summary>Opens a connection, creating the file where it is missing.</summary>
    /// <exception cref="StorageUnavailableException">The file can't be opened or isn't a database.</exception>
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

    /// <summary>SQLite would make the file for whomever the process lets; what it makes beside it has the rights of the file.</summary>
    private void MakeFile()
    {
        try
        {
            if (!File.Exists(Path)) OwnerOnly.Open(Path, FileMode.CreateNew, FileAccess.Write).Dispose();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Made meanwhile, or can't be made: SQLite says which.
        }
    }
}
