using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>A command without an id.</summary>
/// <param name="Make">Calls the ledger's own constructor.</param>
/// <param name="Asked">Notes the command for later commands.</param>
internal sealed record Draft(Want Want, Func<EntryHeader, Proposal> Make, Action<EntryId>? Asked = null)
{
    /// <summary>The id that follows from what the command is about; null: the caller makes one.</summary>
    public EntryId? Id { get; init; }
}
