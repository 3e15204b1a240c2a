namespace TimeBank.Ledger;

/// <summary>
/// The journal isn't a continuation of a checkpoint that was signed: the database was restored to an older state, or changed. Writing on would make a second history
/// under the same name, so nothing is written until an operator has seen to it.
/// </summary>
public sealed class JournalRolledBackException(string message) : Exception(message);
