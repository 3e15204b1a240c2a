using Microsoft.Data.Sqlite;
using TimeBank.Ledger;

namespace TimeBank.Storage.Tests;

public sealed class SqliteBankBooksTests : StoredBankBooksContract
{
    private readonly TempFolder _folder = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteBankBooks _books;
    private SqliteLedgerStore? _ledger;

    public SqliteBankBooksTests()
    {
        _database = new SqliteDatabase(_folder.File("timebank.db"));
        SqliteSchema.Migrate(_database);
        _books = new SqliteBankBooks(_database);
    }

    private protected override IBankBooks Books => _books;

    private protected override ILedgerStore Ledger => _ledger ??= SqliteLedgerStore.Open(_database);

    private protected override Verification Verify() => SqliteVerifier.Verify(_database, default);

    private protected override int Execute(string sql)
    {
        using SqliteConnection connection = _database.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    private protected override void Close()
    {
        _books.Dispose();
        _ledger?.Dispose();
        _folder.Dispose();
    }
}
