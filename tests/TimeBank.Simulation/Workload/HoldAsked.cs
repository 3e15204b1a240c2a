using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>A hold that somebody has asked for; null amounts where it wasn't made of hours.</summary>
internal sealed record HoldAsked(EntryId Id, HoursSpent Held, OpaqueId Volunteer, LedgerTime? Expires);
