using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Finds the database's fault inside a wrapped exception. Orleans's grain storage, for example, wraps the fault when it can't read a state.
/// </summary>
public static class StorageFault
{
    public static bool IsOutage(Exception? error) => error switch
    {
        null => false,
        StorageUnavailableException => true,
        SqliteException fault => SqliteFault.Translate(fault) is StorageUnavailableException,
        NpgsqlException fault => PostgreSqlFault.Translate(fault) is StorageUnavailableException,
        _ => IsOutage(error.InnerException),
    };

    /// <summary>True where the stored data are not what they should be: a retry will not help.</summary>
    public static bool IsUnreadable(Exception? error) =>
        error is not null && (error is UnreadableStateException || IsUnreadable(error.InnerException));

    /// <summary>
    /// True where a database driver's exception is inside. Another process may not know its type; if it does, the error codes arrive empty.
    /// </summary>
    public static bool IsDrivers(Exception? error) => error switch
    {
        null => false,
        DbException => true,
        AggregateException several => several.InnerExceptions.Any(IsDrivers),
        _ => IsDrivers(error.InnerException),
    };
}
