namespace TimeBank.Ledger;

/// <summary>What became of a proposal, for ever: an entry, a refusal, or for a note neither.</summary>
/// <param name="Refusal">Null where it was accepted.</param>
/// <param name="Entry">The entry as stored; null where refused, and for a note.</param>
/// <param name="Replayed">True where the id had been decided before.</param>
public sealed record Outcome(EntryId Id, Digest Command, Refusal? Refusal, JournalEntry? Entry, bool Replayed)
{
    public static Outcome Wrote(JournalEntry entry) => new(entry.Id, entry.Header.Command, null, entry, false);

    public static Outcome Noted(Proposal proposal) => new(proposal.Header.Id, proposal.Header.Command, null, null, false);

    public static Outcome Refused(Proposal proposal, Refusal refusal) => new(proposal.Header.Id, proposal.Header.Command, refusal, null, false);
}
