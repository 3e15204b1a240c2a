namespace TimeBank.Ledger;

/// <summary>An entry with its exact stored bytes and the salt of its leaf.</summary>
public sealed record StoredEntry(JournalEntry Entry, byte[] Bytes, byte[] Salt);
