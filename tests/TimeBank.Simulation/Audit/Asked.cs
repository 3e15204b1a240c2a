namespace TimeBank.Simulation;

/// <summary>The state of things when a process was asked, so that the auditor can judge the answer.</summary>
internal sealed record Asked(WriterProcess Of, Fate? Fate, int Waiting, int Troubles, int Strangers, bool WasBehind, int Acknowledged,
    int AcknowledgedByAnyone)
{
    /// <summary>True where it was the only writer all the while: its reads are then of one moment, and up to date.</summary>
    public bool WasAlone => !WasBehind && !Of.IsBehind && Of.Strangers == Strangers;

    /// <summary>The least number of entries that its answer must include.</summary>
    public int Least => WasAlone ? AcknowledgedByAnyone : Acknowledged;
}
