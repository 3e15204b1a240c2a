using System.Collections.Immutable;
using System.Numerics;

namespace TimeBank.Ledger;

/// <summary>
/// Builds proofs of RFC 6962, section 2.1, from tiles: a handful for a tree of any size. For one caller at a time; it remembers the tiles that it read.
/// </summary>
/// <param name="size">A size that the source's tree has at least: no proof may be asked for a larger one.</param>
public sealed class TreeProofs(ITileSource source, long size)
{
    private readonly Dictionary<(int Level, long Index), IReadOnlyList<Digest>> _tiles = [];

    /// <summary>The root of the first <paramref name="of"/> leaves.</summary>
    public async ValueTask<Digest> RootAsync(long of, CancellationToken cancellation)
    {
        Require(of >= 0 && of <= size);
        return of == 0 ? MerkleFrontier.Empty.Root : await RangeAsync(0, of, cancellation);
    }

    /// <summary>The proof that a leaf is in the tree of the first <paramref name="of"/>, from the leaf's sibling up.</summary>
    public async ValueTask<ImmutableArray<Digest>> InclusionAsync(long index, long of, CancellationToken cancellation)
    {
        Require(index >= 0 && index < of && of <= size);
        var siblings = new Stack<(long From, long Until)>();
        for ((long from, long until) = (0, of); until - from > 1;)
        {
            long split = from + SplitOf(until - from);
            siblings.Push(index < split ? (split, until) : (from, split));
            (from, until) = index < split ? (from, split) : (split, until);
        }
        return await RangesAsync(siblings, cancellation);
    }

    /// <summary>The proof that the tree of the first <paramref name="of"/> leaves begins with that of the first <paramref name="old"/>.</summary>
    public async ValueTask<ImmutableArray<Digest>> ConsistencyAsync(long old, long of, CancellationToken cancellation)
    {
        Require(old >= 0 && old <= of && of <= size);
        if (old == 0 || old == of) return [];
        var ranges = new Stack<(long From, long Until)>();
        (long from, long until) = (0, of);
        while (until != old)
        {
            long split = from + SplitOf(until - from);
            ranges.Push(old <= split ? (split, until) : (from, split));
            (from, until) = old <= split ? (from, split) : (split, until);
        }
        // Where what is left is the whole smaller tree, the verifier has its root.
        if (from != 0) ranges.Push((from, until));
        return await RangesAsync(ranges, cancellation);
    }

    private async ValueTask<ImmutableArray<Digest>> RangesAsync(Stack<(long From, long Until)> ranges, CancellationToken cancellation)
    {
        var hashes = ImmutableArray.CreateBuilder<Digest>(ranges.Count);
        foreach ((long from, long until) in ranges) hashes.Add(await RangeAsync(from, until, cancellation));
        return hashes.MoveToImmutable();
    }

    /// <summary>The root of the leaves in a range that is a subtree: perfect ones from left to right, folded from the right.</summary>
    private async ValueTask<Digest> RangeAsync(long from, long until, CancellationToken cancellation)
    {
        var perfect = new Stack<Digest>();
        for (long at = from; at < until;)
        {
            int height = BitOperations.Log2((ulong)(until - at));
            perfect.Push(await PerfectAsync(height, at >> height, cancellation));
            at += 1L << height;
        }
        Digest root = perfect.Pop();
        while (perfect.TryPop(out Digest left)) root = MerkleFrontier.Node(left, root);
        return root;
    }

    /// <summary>The root of the 2^height leaves from index · 2^height on.</summary>
    private async ValueTask<Digest> PerfectAsync(int height, long index, CancellationToken cancellation)
    {
        int level = height / Tile.Height, within = height % Tile.Height;
        long first = index << within;
        IReadOnlyList<Digest> tile = await TileAsync(level, first / Tile.FullWidth, cancellation);
        var hashes = new Digest[1 << within];
        for (int at = 0; at < hashes.Length; at++) hashes[at] = tile[(int)(first % Tile.FullWidth) + at];
        return Fold(hashes);
    }

    /// <summary>The root of a power of two of hashes, which are overwritten.</summary>
    internal static Digest Fold(Span<Digest> hashes)
    {
        for (int count = hashes.Length; count > 1; count /= 2)
        {
            for (int at = 0; at < count / 2; at++) hashes[at] = MerkleFrontier.Node(hashes[2 * at], hashes[(2 * at) + 1]);
        }
        return hashes[0];
    }

    private async ValueTask<IReadOnlyList<Digest>> TileAsync(int level, long index, CancellationToken cancellation)
    {
        if (_tiles.TryGetValue((level, index), out IReadOnlyList<Digest>? known)) return known;
        var tile = Tile.Of(level, index, size);
        IReadOnlyList<Digest> hashes = await source.ReadAsync(tile, cancellation);
        if (hashes.Count != tile.Width) throw new InvalidOperationException($"Tile {level}/{tile.Path} has {hashes.Count} hashes.");
        return _tiles[(level, index)] = hashes;
    }

    /// <summary>The largest power of two below a count.</summary>
    private static long SplitOf(long count) => 1L << BitOperations.Log2((ulong)(count - 1));

    private static void Require(bool within)
    {
        if (!within) throw new ArgumentOutOfRangeException(nameof(within), "The tree isn't as large as that.");
    }
}
