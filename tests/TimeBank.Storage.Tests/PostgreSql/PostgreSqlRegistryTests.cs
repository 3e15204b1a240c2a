using Npgsql;
using TimeBank.Ledger;
using TimeBank.Storage.GrainStorage;
using Xunit;

namespace TimeBank.Storage.Tests;

[Collection(PostgreSqlCluster.Name)]
public sealed class PostgreSqlRegistryTests : RegistryContract
{
    private readonly PostgreSqlDatabase _database;
    private readonly PostgreSqlRegistry _registry;

    public PostgreSqlRegistryTests(PostgreSqlCluster cluster)
    {
        _database = new PostgreSqlDatabase(cluster.NewDatabase());
        _registry = new PostgreSqlRegistry(_database);
        Fill();
    }

    private protected override IRegistry Registry => _registry;

    private protected override void Close() => _database.Dispose();

    private protected override void Insert(string kind, string key, string? json)
    {
        using NpgsqlCommand command = _database.Writing.CreateCommand(
            "INSERT INTO grain_state (service_id, state_name, grain_key, grain_n0, grain_n1, version, payload) VALUES ($1, $2, $3, 0, 0, "
                + "1, $4::jsonb)");
        foreach (string? value in new[] { GrainStorageSetup.ServiceId, kind, key, json }) command.Parameters.Add(
            new NpgsqlParameter { Value = value ?? (object)DBNull.Value });
        command.ExecuteNonQuery();
    }
}
