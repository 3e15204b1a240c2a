using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// Keeps the roots of a journal's full tiles: one per 256 entries, one per 65,536, and so on. Derived data: if lost, it is made again.
/// </summary>
public static class TreeNodes
{
    /// <summary>The number of nodes stored in one call.</summary>
    private const int Most = 64;

    /// <summary>Adds the nodes that are missing for a journal of that size. Two servers may do so at once: both add the same.</summary>
    public static async ValueTask ExtendAsync(ITreeStore store, RegionCode region, long size, CancellationToken cancellation)
    {
        var tiles = new JournalTiles(store, region);
        for (int level = 1; level < Tile.Levels && Tile.HashesOf(level, size) is var wanted and > 0; level++)
        {
            for (long kept = await store.CountNodesAsync(region, level, cancellation); kept < wanted;)
            {
                var nodes = new List<Digest>();
                while (nodes.Count < Most && kept + nodes.Count < wanted) nodes.Add(
                    await tiles.RootAsync(level - 1, kept + nodes.Count, cancellation));
                await store.AddNodesAsync(region, level, kept, nodes, cancellation);
                kept += nodes.Count;
            }
        }
    }

    /// <summary>The first kept node that does not follow from the level below; null where all do.</summary>
    public static async ValueTask<Finding?> VerifyAsync(ITreeStore store, RegionCode region, long size, CancellationToken cancellation)
    {
        var tiles = new JournalTiles(store, region);
        for (int level = 1; level < Tile.Levels; level++)
        {
            long kept = await store.CountNodesAsync(region, level, cancellation);
            if (kept > 0 && !await HasLeavesAsync(store, region, level, kept, cancellation))
            {
                return new Finding($"regions/{region}/tree/{level}/{kept - 1}", "node", "none: the journal has not so many entries", "one");
            }
            // The store may have more nodes: a server may be writing.
            long count = Math.Min(kept, Tile.HashesOf(level, size));
            for (long at = 0; at < count; at += Tile.FullWidth)
            {
                IReadOnlyList<Digest> nodes =
                    await store.NodesAsync(region, level, at, (int)Math.Min(Tile.FullWidth, count - at), cancellation);
                for (int of = 0; of < nodes.Count; of++)
                {
                    Digest root = await tiles.RootAsync(level - 1, at + of, cancellation);
                    if (root != nodes[of]) return new Finding($"regions/{region}/tree/{level}/{at + of}", "hash", $"{root}",
                        $"{nodes[of]}");
                }
            }
        }
        return null;
    }

    /// <summary>True where the journal has the last entry below so many nodes of a level.</summary>
    private static async ValueTask<bool> HasLeavesAsync(ITreeStore store, RegionCode region, int level, long nodes,
        CancellationToken cancellation)
    {
        int shift = 8 * level;
        return nodes <= long.MaxValue >> shift && (await store.LeavesAsync(region, (nodes << shift) - 1, 1, cancellation)).Count == 1;
    }
}
