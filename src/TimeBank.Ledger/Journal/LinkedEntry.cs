namespace TimeBank.Ledger;

/// <summary>An entry that a proposal names, with what has happened to it since.</summary>
/// <param name="EndedBy">The index of the entry that ended this hold, if one has.</param>
/// <param name="ReversedBy">The index of the entry that reversed this one, if one has.</param>
public sealed record LinkedEntry(JournalEntry Entry, long? EndedBy, long? ReversedBy);
