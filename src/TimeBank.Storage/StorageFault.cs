using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Finds what went wrong with the database in an exception that others have wrapped, as grain storage does where a state can't be read.
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

    /// <summary>Whether what is stored isn't what it should be, which a retry doesn't change.</summary>
    public static bool IsUnreadable(Exception? error) =>
        error is not null && (error is UnreadableStateException || IsUnreadable(error.InnerException));

    /// <summary>
    /// Whether a driver's exception is in it. Another process may not know its type, and where it does, its codes arrive empty.
    /// </summary>
    public static bool IsDrivers(Exception? error) => error switch
    {
        null => false,
        DbException => true,
        AggregateException several => several.InnerExceptions.Any(IsDrivers),
        _ => IsDrivers(error.InnerException),
    };
}
