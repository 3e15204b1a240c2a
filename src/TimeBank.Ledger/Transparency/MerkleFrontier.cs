using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TimeBank.Ledger;

/// <summary>
/// The right edge of an RFC 6962 Merkle tree: the roots of its perfect subtrees, largest first. Enough to append leaves and to
/// give the root, whatever the size. Source: RFC 6962, section 2.1.
/// </summary>
public sealed record MerkleFrontier(long Size, ImmutableArray<Digest> Roots)
{
    // A box, so that any thread sees all of it or none.
    private object? _root;

    public static MerkleFrontier Empty { get; } = new(0, []);

    public bool Equals(MerkleFrontier? other) => other is not null && Size == other.Size && Roots.SequenceEqual(other.Roots);

    public override int GetHashCode() => HashCode.Combine(Size, Roots.IsEmpty ? default : Roots[^1]);

    /// <summary>The tree's root; of the empty tree, SHA-256 of nothing.</summary>
    public Digest Root => (Digest)(_root ??= RootOf(Roots));

    /// <summary>The hash of a leaf: SHA-256 of 0x00 and its data.</summary>
    public static Digest Leaf(ReadOnlySpan<byte> data)
    {
        Span<byte> bytes = data.Length <= 64 ? stackalloc byte[data.Length + 1] : new byte[data.Length + 1];
        bytes[0] = 0x00;
        data.CopyTo(bytes[1..]);
        return Digest.Of(bytes);
    }

    /// <summary>The leaf of a journal entry: its exact stored bytes, hidden behind a salt whose erasure ends linkage.</summary>
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
        // Every trailing one-bit of the size is a perfect subtree that the new leaf completes into a larger one.
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

    /// <exception cref="FormatException">The bytes don't fit a tree of that size.</exception>
    public static MerkleFrontier FromBytes(long size, ReadOnlySpan<byte> bytes)
    {
        if (size < 0 || bytes.Length != BitOperations.PopCount((ulong)size) * Digest.Size) throw new FormatException($"A frontier of {bytes.Length} bytes doesn't fit a tree of {size} leaves.");
        var roots = ImmutableArray.CreateBuilder<Digest>();
        for (int at = 0; at < bytes.Length; at += Digest.Size) roots.Add(new Digest(bytes.Slice(at, Digest.Size)));
        return new MerkleFrontier(size, roots.ToImmutable());
    }
}
