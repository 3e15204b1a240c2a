using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Storage.Tests;

[Collection(PostgreSqlCluster.Name)]
public sealed class PostgreSqlLedgerListsTests : LedgerListsContract
{
    private readonly PostgreSqlDatabase _database;
    private readonly PostgreSqlLedgerStore _store;

    public PostgreSqlLedgerListsTests(PostgreSqlCluster cluster)
    {
        _database = new PostgreSqlDatabase(cluster.NewDatabase());
        _store = PostgreSqlLedgerStore.Open(_database);
    }

    private protected override ILedgerStore Store => _store;

    private protected override void Close() => _database.Dispose();
}
