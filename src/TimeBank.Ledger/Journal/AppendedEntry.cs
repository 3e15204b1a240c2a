using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>An entry ready to be stored: its bytes, the salt of its leaf and the leaf, and the balances after each of its transfers.</summary>
public sealed record AppendedEntry(JournalEntry Entry, byte[] Bytes, byte[] Salt, Digest Leaf, ImmutableArray<TransferBalances> Balances);
