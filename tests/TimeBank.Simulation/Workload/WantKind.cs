namespace TimeBank.Simulation;

/// <summary>What a call asks the ledger to do.</summary>
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
