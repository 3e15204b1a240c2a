namespace TimeBank.Ledger;

/// <summary>The store can't be used now: its disk is full, its file locked or broken, its server down. Callers may try again later.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
