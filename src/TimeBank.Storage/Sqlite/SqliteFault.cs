using Microsoft.Data.Sqlite;
using SQLitePCL;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Separates faults of the machine from bugs.</summary>
internal static class SqliteFault
{
    /// <summary>The port's exception for a fault; the fault itself where it is our bug.</summary>
    public static Exception Translate(SqliteException fault) => fault.SqliteErrorCode switch
    {
        raw.SQLITE_CONSTRAINT => new AppendRefusedException($"The database refused the batch: {fault.Message}", fault),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_CORRUPT
        or raw.SQLITE_NOTADB or raw.SQLITE_READONLY
            or raw.SQLITE_NOMEM or raw.SQLITE_PERM or raw.SQLITE_AUTH or raw.SQLITE_PROTOCOL or raw.SQLITE_NOLFS =>
            new StorageUnavailableException($"The database can't be used: {fault.Message}", fault),
        _ => fault,
    };

    /// <summary>Why a file can't be opened, and what an operator can do about it.</summary>
    public static Exception ExplainOpening(string path, SqliteException fault)
    {
        string advice = fault.SqliteErrorCode switch
        {
            raw.SQLITE_FULL or raw.SQLITE_IOERR => " See whether its disk is full, read only or broken.",
            raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_READONLY => " See that this account may write the file and its folder.",
            raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT => " Restore a backup, or name the right folder.",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => " End the other program that works on it.",
            _ => "",
        };
        return Translate(fault) is StorageUnavailableException
            ? new StorageUnavailableException($"The database {path} can't be used: {fault.Message}{advice}", fault)
            : fault;
    }
}
