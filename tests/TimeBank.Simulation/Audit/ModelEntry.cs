using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>The auditor's version of an entry.</summary>
internal sealed class ModelEntry(EntryId id, WantKind kind, IReadOnlyList<Move> moves, long? expires)
{
    public EntryId Id => id;

    public WantKind Kind => kind;

    public IReadOnlyList<Move> Moves => moves;

    public long? Expires => expires;

    public bool IsEnded { get; set; }

    public bool IsReversed { get; set; }
}
