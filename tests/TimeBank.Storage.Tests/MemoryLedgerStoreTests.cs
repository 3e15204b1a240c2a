using TimeBank.Ledger;
using TimeBank.Testing;

namespace TimeBank.Storage.Tests;

public sealed class MemoryLedgerStoreTests : LedgerStoreContract
{
    private protected override ILedgerStore Store { get; } = new MemoryLedgerStore();

    private protected override void Close()
    {
    }
}
