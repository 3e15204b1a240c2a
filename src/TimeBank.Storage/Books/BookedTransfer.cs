using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>A transfer as the books have it, with the counters of its two accounts right after it.</summary>
internal readonly record struct BookedTransfer(long Index, int Position, Transfer Moved, TransferBalances After);
