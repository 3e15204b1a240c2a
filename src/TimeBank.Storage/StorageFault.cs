using Microsoft.Data.Sqlite;
using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Finds an outage of the database in an exception that others have wrapped, as grain storage does where a state can't be read.</summary>
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
}
