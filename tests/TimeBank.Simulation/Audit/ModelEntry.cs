using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>The auditor's version of an entry.</summary>
internal sealed class ModelEntry(EntryId id, WantKind kind, IReadOnlyList<Move> moves, long? expires)
{
    public EntryId Id => id;

    public WantKind Kind => kind;

    public IReadOnlyList<Move> Moves => moves;

    public long? Expires => expires;

    /// <summary>True for a hold, and for a reversal that held something again.</summary>
    public bool IsHold => kind == WantKind.Hold || (kind == WantKind.Reverse && expires is not null);

    public bool IsEnded { get; set; }

    public bool IsReversed { get; set; }
}
