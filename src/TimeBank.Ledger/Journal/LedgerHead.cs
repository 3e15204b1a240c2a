namespace TimeBank.Ledger;

/// <summary>Where a region's journal ends: what the next append compares and sets.</summary>
/// <param name="Tree">The Merkle tree of the entries so far; its size is the number of entries.</param>
/// <param name="Time">The time of the last entry.</param>
/// <param name="Accounts">How many accounts have been opened.</param>
/// <param name="Remembered">The refusals and notes. They move no tree, so without them those of a second writer would go unseen.</param>
public sealed record LedgerHead(RegionCode Region, MerkleFrontier Tree, LedgerTime Time, long Accounts, Remembered Remembered)
{
    public long Size => Tree.Size;

    /// <summary>Whether another head stands at the same place, which is what an append compares.</summary>
    public bool IsAt(LedgerHead other) => Region == other.Region && Size == other.Size && Remembered == other.Remembered && Tree.Root == other.Tree.Root;

    public static LedgerHead Empty(RegionCode region) => new(region, MerkleFrontier.Empty, default, 0, Remembered.None);
}
