using TimeBank.Ledger;
using TimeBank.Testing;

namespace TimeBank.Storage.Tests;

public sealed class MemoryTreeStoreTests : TreeStoreContract
{
    private readonly MemoryLedgerStore _journals = new();

    public MemoryTreeStoreTests() => Trees = new MemoryTreeStore(_journals);

    private protected override ILedgerStore Journals => _journals;

    private protected override ITreeStore Trees { get; }

    private protected override void Close()
    {
    }
}
