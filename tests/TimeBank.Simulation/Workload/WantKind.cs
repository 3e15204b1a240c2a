namespace TimeBank.Simulation;

/// <summary>What a command does to the ledger.</summary>
internal enum WantKind
{
    Post,
    Hold,
    PostHold,
    VoidHold,
    ExpireHold,
    Reverse,
    Change,
    Note,
    Refuse,
}
