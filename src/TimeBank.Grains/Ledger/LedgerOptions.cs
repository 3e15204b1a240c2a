namespace TimeBank.Grains;

/// <summary>Bounds of a region's writer.</summary>
public sealed class LedgerOptions
{
    /// <summary>Proposals in one batch, and so in one SQL transaction.</summary>
    public int MaxBatch { get; set; } = 512;

    /// <summary>Calls from which on those at hand are parted into two batches: one is decided while the other is being stored.</summary>
    public int MinHalf { get; set; } = 16;

    /// <summary>Bytes of entries in one batch.</summary>
    public int MaxBatchBytes { get; set; } = 1 << 20;

    /// <summary>Calls that may wait; past it callers are refused at once.</summary>
    public int MaxQueue { get; set; } = 10_000;

    /// <summary>How many accounts are held in memory, and how many outcomes and how many entries; past it the writer forgets what it hasn't used lately.</summary>
    public int MaxHeld { get; set; } = 200_000;
}
