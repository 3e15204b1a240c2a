namespace TimeBank.Ledger;

/// <summary>An entry with its exact stored bytes, the salt of its leaf, and the leaf, which outlives an erased salt.</summary>
public sealed record StoredEntry(JournalEntry Entry, byte[] Bytes, byte[] Salt, Digest Leaf);
