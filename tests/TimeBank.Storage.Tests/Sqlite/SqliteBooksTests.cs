using TimeBank.Ledger;

namespace TimeBank.Storage.Tests;

public sealed class SqliteBooksTests : LedgerBooksContract
{
    private readonly TempFolder _folder = new();
    private readonly List<SqliteLedgerStore> _stores = [];

    private SqliteDatabase Database => new(_folder.File("timebank.db"));

    private protected override ILedgerStore Open(int bookFrom)
    {
        var store = SqliteLedgerStore.Open(Database, bookFrom);
        _stores.Add(store);
        return store;
    }

    private protected override IBooks Books() => _stores[0];

    private protected override Finding? Verify() => SqliteVerifier.Verify(Database, default).Finding;

    private protected override void Close()
    {
        _stores.ForEach(store => store.Dispose());
        _folder.Dispose();
    }
}
