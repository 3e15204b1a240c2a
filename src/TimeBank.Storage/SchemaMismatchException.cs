namespace TimeBank.Storage;

/// <summary>A database isn't of this build's schema and can't be brought to it; the server refuses to start.</summary>
public sealed class SchemaMismatchException(string message) : Exception(message);
