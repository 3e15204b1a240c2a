using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>A hold that a caller has asked for. The amounts are null where it does not hold hours.</summary>
internal sealed record HoldAsked(EntryId Id, HoursSpent Held, OpaqueId Volunteer, LedgerTime? Expires);
