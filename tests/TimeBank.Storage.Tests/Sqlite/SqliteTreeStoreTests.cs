using TimeBank.Ledger;

namespace TimeBank.Storage.Tests;

public sealed class SqliteTreeStoreTests : TreeStoreContract
{
    private readonly TempFolder _folder = new();
    private readonly SqliteLedgerStore _journals;
    private readonly SqliteTreeStore _trees;

    public SqliteTreeStoreTests()
    {
        var database = new SqliteDatabase(_folder.File("timebank.db"));
        _journals = SqliteLedgerStore.Open(database);
        _trees = new SqliteTreeStore(database);
    }

    private protected override ILedgerStore Journals => _journals;

    private protected override ITreeStore Trees => _trees;

    private protected override void Close()
    {
        _trees.Dispose();
        _journals.Dispose();
        _folder.Dispose();
    }
}
