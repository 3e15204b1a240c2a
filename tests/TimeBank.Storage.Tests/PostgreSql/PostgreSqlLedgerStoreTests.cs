using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Storage.Tests;

[Collection(PostgreSqlCluster.Name)]
public sealed class PostgreSqlLedgerStoreTests : LedgerStoreContract
{
    private readonly PostgreSqlDatabase _database;
    private readonly PostgreSqlLedgerStore _store;

    public PostgreSqlLedgerStoreTests(PostgreSqlCluster cluster)
    {
        _database = new PostgreSqlDatabase(cluster.NewDatabase());
        _store = PostgreSqlLedgerStore.Open(_database);
    }

    private protected override ILedgerStore Store => _store;

    private protected override void Close() => _database.Dispose();
}
