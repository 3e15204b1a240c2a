using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Storage.Tests;

[Collection(PostgreSqlCluster.Name)]
public sealed class PostgreSqlTreeStoreTests : TreeStoreContract
{
    private readonly PostgreSqlDatabase _database;

    public PostgreSqlTreeStoreTests(PostgreSqlCluster cluster)
    {
        _database = new PostgreSqlDatabase(cluster.NewDatabase());
        Journals = PostgreSqlLedgerStore.Open(_database);
        Trees = new PostgreSqlTreeStore(_database);
    }

    private protected override ILedgerStore Journals { get; }

    private protected override ITreeStore Trees { get; }

    private protected override void Close() => _database.Dispose();
}
