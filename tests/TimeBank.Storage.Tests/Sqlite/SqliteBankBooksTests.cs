using TimeBank.Ledger;

namespace TimeBank.Storage.Tests;

public sealed class SqliteBankBooksTests : BankBooksContract
{
    private readonly TempFolder _folder = new();
    private readonly SqliteBankBooks _books;

    public SqliteBankBooksTests()
    {
        var database = new SqliteDatabase(_folder.File("timebank.db"));
        SqliteSchema.Migrate(database);
        _books = new SqliteBankBooks(database);
    }

    private protected override IBankBooks Books => _books;

    private protected override void Close()
    {
        _books.Dispose();
        _folder.Dispose();
    }
}
