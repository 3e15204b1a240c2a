namespace TimeBank.Ledger;

/// <summary>Keeps the roots of a journal's full tiles: one for 256 entries, one for 65,536, and so on. Derived data: lost, it is made again.</summary>
public static class TreeNodes
{
    /// <summary>Nodes that are stored at once.</summary>
    private const int Most = 64;

    /// <summary>Keeps what is missing for a journal of that size. Whoever else does so at the same time keeps the same.</summary>
    public static async ValueTask ExtendAsync(ITreeStore store, RegionCode region, long size, CancellationToken cancellation)
    {
        var tiles = new JournalTiles(store, region);
        for (int level = 1; level < Tile.Levels && Tile.HashesOf(level, size) is var wanted and > 0; level++)
        {
            for (long kept = await store.CountNodesAsync(region, level, cancellation); kept < wanted;)
            {
                var nodes = new List<Digest>();
                while (nodes.Count < Most && kept + nodes.Count < wanted) nodes.Add(await tiles.RootAsync(level - 1, kept + nodes.Count, cancellation));
                await store.AddNodesAsync(region, level, kept, nodes, cancellation);
                kept += nodes.Count;
            }
        }
    }

    /// <summary>The first kept node that doesn't follow from what is below it; null where all do.</summary>
    public static async ValueTask<Finding?> VerifyAsync(ITreeStore store, RegionCode region, long size, CancellationToken cancellation)
    {
        var tiles = new JournalTiles(store, region);
        for (int level = 1; level < Tile.Levels; level++)
        {
            // There may be more: a server may be at work.
            long count = Math.Min(await store.CountNodesAsync(region, level, cancellation), Tile.HashesOf(level, size));
            for (long at = 0; at < count; at += Tile.FullWidth)
            {
                IReadOnlyList<Digest> kept = await store.NodesAsync(region, level, at, (int)Math.Min(Tile.FullWidth, count - at), cancellation);
                for (int of = 0; of < kept.Count; of++)
                {
                    Digest root = await tiles.RootAsync(level - 1, at + of, cancellation);
                    if (root != kept[of]) return new Finding($"regions/{region}/tree/{level}/{at + of}", "hash", $"{root}", $"{kept[of]}");
                }
            }
        }
        return null;
    }
}
