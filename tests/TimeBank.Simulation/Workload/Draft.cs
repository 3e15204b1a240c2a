using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>A command that lacks nothing but its id.</summary>
/// <param name="Make">The ledger's own constructor.</param>
/// <param name="Asked">Notes it for commands that come after it.</param>
internal sealed record Draft(Want Want, Func<EntryHeader, Proposal> Make, Action<EntryId>? Asked = null);
