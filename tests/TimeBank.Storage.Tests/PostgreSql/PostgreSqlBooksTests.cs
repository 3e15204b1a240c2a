using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Storage.Tests;

[Collection(PostgreSqlCluster.Name)]
public sealed class PostgreSqlBooksTests(PostgreSqlCluster cluster) : LedgerBooksContract
{
    private readonly PostgreSqlDatabase _database = new(cluster.NewDatabase());

    private protected override ILedgerStore Open(int bookFrom) => PostgreSqlLedgerStore.Open(_database, bookFrom: bookFrom);

    private protected override IBooks Books() => new PostgreSqlBooks(_database.Writing, _database.Reading);

    private protected override Finding? Verify() => PostgreSqlVerifier.Verify(_database, default).Finding;

    private protected override void Close() => _database.Dispose();
}
