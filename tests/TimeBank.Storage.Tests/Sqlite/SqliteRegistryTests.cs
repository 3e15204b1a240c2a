using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;

namespace TimeBank.Storage.Tests;

public sealed class SqliteRegistryTests : RegistryContract
{
    private readonly TempFolder _folder = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteRegistry _registry;

    public SqliteRegistryTests()
    {
        _database = new SqliteDatabase(_folder.File("registry.db"));
        SqliteSchema.Migrate(_database);
        _registry = new SqliteRegistry(_database);
        Fill();
    }

    private protected override IRegistry Registry => _registry;

    private protected override void Close()
    {
        _registry.Dispose();
        _folder.Dispose();
    }

    private protected override void Insert(string kind, string key, string? json)
    {
        using SqliteConnection connection = _database.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText =
            "INSERT INTO grain_state (service_id, state_name, grain_key, grain_n0, grain_n1, version, payload) VALUES ($service, $kind, "
                + "$key, 0, 0, 1, $payload)";
        command.Parameters.AddWithValue("$service", GrainStorageSetup.ServiceId);
        command.Parameters.AddWithValue("$kind", kind);
        command.Parameters.AddWithValue("$key", key);
        command.Parameters.AddWithValue("$payload", json ?? (object)DBNull.Value);
        command.ExecuteNonQuery();
    }
}
