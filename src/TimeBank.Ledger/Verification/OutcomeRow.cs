namespace TimeBank.Ledger;

/// <summary>What became of an id, as a store has it, column by column: nothing of it is believed.</summary>
/// <param name="Index">The entry; null for a refusal or a note.</param>
/// <param name="Command">The hash of the caller's command; null where the entry has it.</param>
/// <param name="Reason">Why it was refused; null otherwise.</param>
/// <param name="Detail">What explains the refusal; null otherwise.</param>
/// <param name="Nth">Of a refusal or note: how many there were before it.</param>
public sealed record OutcomeRow(EntryId Id, long? Index, byte[]? Command, long? Reason, string? Detail, long? Nth);
