namespace TimeBank.Simulation;

/// <summary>How things stood when a process was asked something, so that its answer can be judged.</summary>
internal sealed record Asked(WriterProcess Of, Fate? Fate, int Waiting, int Troubles, int Strangers, bool WasBehind, int Acknowledged,
    int AcknowledgedByAnyone)
{
    /// <summary>Whether it has been the only writer all the while: then its reads are of one moment, and of now.</summary>
    public bool WasAlone => !WasBehind && !Of.IsBehind && Of.Strangers == Strangers;

    /// <summary>The least number of entries that its answer must be of.</summary>
    public int Least => WasAlone ? AcknowledgedByAnyone : Acknowledged;
}
