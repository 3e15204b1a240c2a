using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>The outcome stored under an id: an entry, a refusal, or, for a note, neither.</summary>
internal sealed record Fate(Intent Intent, int? Index, Refusal? Refusal)
{
    public override string ToString() => Index is { } index ? $"entry {index}" : Refusal is { } refusal
        ? $"{refusal.Reason} ({refusal.Detail})" : "a note";
}
