using Microsoft.Data.Sqlite;
using SQLitePCL;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Tells the faults of a machine from the faults of a program.</summary>
internal static class SqliteFault
{
    /// <summary>The exception of the port that a fault stands for; the fault itself where it is a bug of ours.</summary>
    public static Exception Translate(SqliteException fault) => fault.SqliteErrorCode switch
    {
        raw.SQLITE_CONSTRAINT => new AppendRefusedException($"The database refused the batch: {fault.Message}", fault),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_READONLY
            or raw.SQLITE_NOMEM or raw.SQLITE_PERM or raw.SQLITE_AUTH or raw.SQLITE_PROTOCOL or raw.SQLITE_NOLFS => new StorageUnavailableException($"The database can't be used: {fault.Message}", fault),
        _ => fault,
    };
}
