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

    /// <summary>Accounts held in memory, at up to half a kilobyte each; past it the writer forgets those that it hasn't used lately.</summary>
    public int MaxHeldAccounts { get; set; } = 1_000_000;

    /// <summary>Outcomes held in memory, and entries, at some kilobytes each; past it the writer forgets those that it hasn't used lately.</summary>
    public int MaxHeldOutcomes { get; set; } = 4_096;

    /// <summary>Ids held in memory that are known to have an outcome; of older ones the store finds out.</summary>
    public int MaxHeldIds { get; set; } = 100_000;
}
