namespace TimeBank.Grains;

/// <summary>Bounds of a region's writer.</summary>
public sealed class LedgerOptions
{
    /// <summary>Proposals in one batch, and so in one SQL transaction.</summary>
    public int MaxBatch { get; set; } = 512;

    /// <summary>Bytes of entries in one batch.</summary>
    public int MaxBatchBytes { get; set; } = 1 << 20;

    /// <summary>Calls that may wait; past it callers are refused at once.</summary>
    public int MaxQueue { get; set; } = 10_000;

    /// <summary>Accounts, outcomes and entries held in memory before the writer forgets what it isn't using.</summary>
    public int MaxHeld { get; set; } = 200_000;
}
