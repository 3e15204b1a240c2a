namespace TimeBank.Ledger;

/// <summary>Where a region's journal ends: what the next append compares and sets.</summary>
/// <param name="Tree">The Merkle tree of the entries so far; its size is the number of entries.</param>
/// <param name="Time">The time of the last entry.</param>
/// <param name="Accounts">How many accounts have been opened.</param>
public sealed record LedgerHead(RegionCode Region, MerkleFrontier Tree, LedgerTime Time, long Accounts)
{
    public long Size => Tree.Size;

    public static LedgerHead Empty(RegionCode region) => new(region, MerkleFrontier.Empty, default, 0);
}
