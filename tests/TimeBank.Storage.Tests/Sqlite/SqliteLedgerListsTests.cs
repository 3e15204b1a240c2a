using TimeBank.Ledger;

namespace TimeBank.Storage.Tests;

public sealed class SqliteLedgerListsTests : LedgerListsContract
{
    private readonly TempFolder _folder = new();
    private readonly SqliteLedgerStore _store;

    public SqliteLedgerListsTests() => _store = SqliteLedgerStore.Open(new SqliteDatabase(_folder.File("timebank.db")));

    private protected override ILedgerStore Store => _store;

    private protected override void Close()
    {
        _store.Dispose();
        _folder.Dispose();
    }
}
