using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TimeBank.Proofs;

/// <summary>
/// The right edge of an RFC 6962 Merkle tree: the roots of its perfect subtrees, largest first. It suffices to append leaves and to compute
/// the root, at any size. Source: RFC 6962, section 2.1.
/// </summary>
public sealed record MerkleFrontier(long Size, ImmutableArray<Digest> Roots)
{
    // Boxed, so that a thread sees the whole value or none.
    private object? _root;

    public static MerkleFrontier Empty { get; } = new(0, []);

    public bool Equals(MerkleFrontier? other) => other is not null && Size == other.Size && Roots.SequenceEqual(other.Roots);

    public override int GetHashCode() => HashCode.Combine(Size, Roots.IsEmpty ? default : Roots[^1]);

    /// <summary>The tree's root. For the empty tree, the SHA-256 of no bytes.</summary>
    public Digest Root => (Digest)(_root ??= RootOf(Roots));

    /// <summary>The hash of a leaf: SHA-256 of 0x00 and its data.</summary>
    public static Digest Leaf(ReadOnlySpan<byte> data)
    {
        Span<byte> bytes = data.Length <= 64 ? stackalloc byte[data.Length + 1] : new byte[data.Length + 1];
        bytes[0] = 0x00;
        data.CopyTo(bytes[1..]);
        return Digest.Of(bytes);
    }

    /// <summary>The leaf of a journal entry: its exact stored bytes behind a salt. Erasing the salt ends linkage.</summary>
    public static Digest EntryLeaf(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> entry)
    {
        int length = salt.Length + entry.Length;
        Span<byte> salted = length <= 2_048 ? stackalloc byte[length] : new byte[length];
        salt.CopyTo(salted);
        entry.CopyTo(salted[salt.Length..]);
        Span<byte> hash = stackalloc byte[Digest.Size];
        SHA256.HashData(salted, hash);
        return Leaf(hash);
    }

    /// <summary>The hash of two subtrees: SHA-256 of 0x01, left and right.</summary>
    public static Digest Node(Digest left, Digest right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * Digest.Size)];
        bytes[0] = 0x01;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + Digest.Size)..]);
        return Digest.Of(bytes);
    }

    public MerkleFrontier Append(Digest leaf)
    {
        // Each trailing one-bit of the size is a perfect subtree that the new leaf joins into a larger one.
        int merges = BitOperations.TrailingZeroCount(~Size);
        Digest node = leaf;
        for (int at = 1; at <= merges; at++) node = Node(Roots[^at], node);
        var roots = new Digest[Roots.Length - merges + 1];
        Roots.AsSpan(..^merges).CopyTo(roots);
        roots[^1] = node;
        return new MerkleFrontier(Size + 1, ImmutableCollectionsMarshal.AsImmutableArray(roots));
    }

    private static Digest RootOf(ImmutableArray<Digest> roots)
    {
        if (roots.IsEmpty) return Digest.Of([]);
        Digest root = roots[^1];
        for (int at = roots.Length - 2; at >= 0; at--) root = Node(roots[at], root);
        return root;
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Roots.Length * Digest.Size];
        for (int at = 0; at < Roots.Length; at++) Roots[at].CopyTo(bytes.AsSpan(at * Digest.Size));
        return bytes;
    }

    /// <exception cref="FormatException">The bytes do not fit a tree of that size.</exception>
    public static MerkleFrontier FromBytes(long size, ReadOnlySpan<byte> bytes)
    {
        if (size < 0 || bytes.Length != BitOperations.PopCount((ulong)size) * Digest.Size) throw new FormatException(
            $"A frontier of {bytes.Length} bytes doesn't fit a tree of {size} leaves.");
        var roots = ImmutableArray.CreateBuilder<Digest>();
        for (int at = 0; at < bytes.Length; at += Digest.Size) roots.Add(new Digest(bytes.Slice(at, Digest.Size)));
        return new MerkleFrontier(size, roots.ToImmutable());
    }
}

/// <summary>
/// Checks proofs of RFC 6962, section 2.1. Sizes and indexes determine a proof's length, so no hash in it goes unchecked.
/// </summary>
public static class MerkleProof
{
    /// <summary>Checks that a leaf stands at an index of the tree with a given root.</summary>
    /// <param name="proof">From the leaf's sibling upwards.</param>
    public static ProofStatus CheckInclusion(long index, long size, Digest leaf, IReadOnlyList<Digest> proof, Digest root)
    {
        if (index < 0 || index >= size) return ProofStatus.OutOfRange;
        int inner = BitLength(index ^ (size - 1));
        if (Length(proof, inner + BitOperations.PopCount((ulong)(index >> inner))) is var status and not ProofStatus.Sound) return status;
        return Climb(leaf, proof, 0, inner, index) == root ? ProofStatus.Sound : ProofStatus.OtherRoot;
    }

    /// <summary>
    /// Checks that a tree begins with all leaves of a smaller one, in order. The empty tree is the beginning of every tree.
    /// </summary>
    public static ProofStatus CheckConsistency(long oldSize, long newSize, Digest oldRoot, Digest newRoot, IReadOnlyList<Digest> proof)
    {
        if (oldSize < 0 || oldSize > newSize) return ProofStatus.OutOfRange;
        if (oldSize == 0 || oldSize == newSize)
        {
            if (proof.Count > 0) return ProofStatus.TooLong;
            Digest expected = oldSize == newSize ? newRoot : MerkleFrontier.Empty.Root;
            return oldRoot == expected ? ProofStatus.Sound : ProofStatus.OtherRoot;
        }
        // The proof goes up from the last perfect subtree of the smaller tree. If that is the whole smaller tree, the proof leaves its root
        // out.
        int start = BitOperations.TrailingZeroCount(oldSize), common = BitLength((oldSize - 1) ^ (newSize - 1)), inner = common - start;
        int seed = BitOperations.IsPow2(oldSize) ? 0 : 1;
        if (Length(proof, seed + inner + BitOperations.PopCount((ulong)((oldSize - 1) >> common))) is var status
            and not ProofStatus.Sound) return status;
        Digest from = seed == 0 ? oldRoot : proof[0];
        long path = (oldSize - 1) >> start;
        bool sound = Climb(from, proof, seed, inner, path, leftOnly: true) == oldRoot && Climb(from, proof, seed, inner, path) == newRoot;
        return sound ? ProofStatus.Sound : ProofStatus.OtherRoot;
    }

    /// <summary>Hashes upwards: in the trees' common part by the bits of the path, above it always with a left sibling.</summary>
    /// <param name="leftOnly">Skips right siblings: the smaller tree does not have them.</param>
    private static Digest Climb(Digest node, IReadOnlyList<Digest> proof, int from, int inner, long path, bool leftOnly = false)
    {
        for (int at = from; at < proof.Count; at++)
        {
            bool isRight = at - from >= inner || ((path >> (at - from)) & 1) == 1;
            if (isRight) node = MerkleFrontier.Node(proof[at], node);
            else if (!leftOnly) node = MerkleFrontier.Node(node, proof[at]);
        }
        return node;
    }

    private static ProofStatus Length(IReadOnlyList<Digest> proof, int expected) =>
        proof.Count == expected ? ProofStatus.Sound : proof.Count < expected ? ProofStatus.TooShort : ProofStatus.TooLong;

    private static int BitLength(long value) => 64 - BitOperations.LeadingZeroCount((ulong)value);
}

/// <summary>The result of checking a proof of the tree.</summary>
public enum ProofStatus
{
    Sound,

    /// <summary>A tree of that size has no such entry, or no smaller tree of that size.</summary>
    OutOfRange,

    /// <summary>The proof has fewer hashes than there are steps to the root.</summary>
    TooShort,

    /// <summary>The proof has more hashes than there are steps to the root.</summary>
    TooLong,

    /// <summary>The proof leads to another root.</summary>
    OtherRoot,
}

/// <summary>
/// Builds proofs of RFC 6962, section 2.1, from tiles; a proof needs only a few, at any tree size. Remembers the tiles that it has read.
/// Not thread-safe.
/// </summary>
/// <param name="size">The source's tree has at least this size. No proof may be for a larger one.</param>
public sealed class TreeProofs(ITileSource source, long size)
{
    private readonly Dictionary<(int Level, long Index), IReadOnlyList<Digest>> _tiles = [];

    /// <summary>The root of the first <paramref name="of"/> leaves.</summary>
    public async ValueTask<Digest> RootAsync(long of, CancellationToken cancellation)
    {
        Require(of >= 0 && of <= size);
        return of == 0 ? MerkleFrontier.Empty.Root : await RangeAsync(0, of, cancellation);
    }

    /// <summary>The proof that the tree of the first <paramref name="of"/> leaves has a leaf, from the leaf's sibling upwards.</summary>
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

    /// <summary>
    /// The proof that the tree of the first <paramref name="of"/> leaves begins with the tree of the first <paramref name="old"/>.
    /// </summary>
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
        // If the rest is the whole smaller tree, the verifier has its root already.
        if (from != 0) ranges.Push((from, until));
        return await RangesAsync(ranges, cancellation);
    }

    private async ValueTask<ImmutableArray<Digest>> RangesAsync(Stack<(long From, long Until)> ranges, CancellationToken cancellation)
    {
        var hashes = ImmutableArray.CreateBuilder<Digest>(ranges.Count);
        foreach ((long from, long until) in ranges) hashes.Add(await RangeAsync(from, until, cancellation));
        return hashes.MoveToImmutable();
    }

    /// <summary>The root of a range of leaves that is a subtree: the roots of its perfect subtrees, folded from the right.</summary>
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

    /// <summary>The root over the given hashes; their number is a power of two. Overwrites them.</summary>
    public static Digest Fold(Span<Digest> hashes)
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

/// <summary>Gives 16 unpredictable bytes for each entry. They hide the entry in the tree of its region.</summary>
public interface ISaltSource
{
    byte[] Next();
}

/// <summary>
/// Salts from the operating system's random generator. It draws 256 at a time, since each system call costs as much as hashing an entry.
/// Thread-safe.
/// </summary>
public sealed class RandomSaltSource : ISaltSource
{
    private const int Size = 16;

    private readonly byte[] _drawn = new byte[256 * Size];
    private int _used = 256 * Size;

    public byte[] Next()
    {
        lock (_drawn)
        {
            if (_used == _drawn.Length)
            {
                RandomNumberGenerator.Fill(_drawn);
                _used = 0;
            }
            byte[] salt = _drawn[_used..(_used + Size)];
            // Forget the salt: no other entry may get it.
            _drawn.AsSpan(_used, Size).Clear();
            _used += Size;
            return salt;
        }
    }
}
