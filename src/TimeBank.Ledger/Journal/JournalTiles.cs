namespace TimeBank.Ledger;

/// <summary>The tiles of a region's journal: leaves and kept nodes, and nodes not kept yet made from what is below them.</summary>
public sealed class JournalTiles(ITreeStore store, RegionCode region) : ITileSource
{
    /// <exception cref="JournalRolledBackException">Entries that should be there are missing.</exception>
    public async ValueTask<IReadOnlyList<Digest>> ReadAsync(Tile tile, CancellationToken cancellation)
    {
        if (tile.Level == 0)
        {
            IReadOnlyList<Digest> leaves = await store.LeavesAsync(region, tile.First, tile.Width, cancellation);
            return leaves.Count == tile.Width ? leaves : throw new JournalRolledBackException($"The journal of {region} lacks entries from {tile.First + leaves.Count} on.");
        }
        IReadOnlyList<Digest> kept = await store.NodesAsync(region, tile.Level, tile.First, tile.Width, cancellation);
        if (kept.Count == tile.Width) return kept;
        List<Digest> hashes = [.. kept];
        while (hashes.Count < tile.Width) hashes.Add(await RootAsync(tile.Level - 1, tile.First + hashes.Count, cancellation));
        return hashes;
    }

    /// <summary>The root of a full tile.</summary>
    internal async ValueTask<Digest> RootAsync(int level, long index, CancellationToken cancellation) =>
        TreeProofs.Fold([.. await ReadAsync(new Tile(level, index, Tile.FullWidth), cancellation)]);
}
