using TimeBank.Ledger;
using TimeBank.Testing;

namespace TimeBank.Storage.Tests;

public sealed class MemoryBankBooksTests : BankBooksContract
{
    private protected override IBankBooks Books { get; } = new MemoryBankBooks();

    private protected override void Close()
    {
    }
}
