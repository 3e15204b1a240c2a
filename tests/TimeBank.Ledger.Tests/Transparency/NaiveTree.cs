using System.Text;
using TimeBank.Proofs;

namespace TimeBank.Ledger.Tests;

/// <summary>The definition of RFC 6962, section 2.1, word for word, over hashes of numbered leaves. Also a source of tiles.</summary>
internal sealed class NaiveTree(int size) : ITileSource
{
    private readonly Digest[] _leaves =
        [.. Enumerable.Range(0, size).Select(at => MerkleFrontier.Leaf(Encoding.UTF8.GetBytes($"leaf {at}")))];

    /// <summary>The number of tiles read.</summary>
    public int Reads { get; private set; }

    public Digest Leaf(long index) => _leaves[index];

    public Digest Root(int of) => Root(_leaves.AsSpan(0, of));

    public Digest[] Inclusion(int index, int of) => Path(index, _leaves.AsSpan(0, of));

    public Digest[] Consistency(int old, int of) => old == 0 ? [] : SubProof(old, _leaves.AsSpan(0, of), whole: true);

    public ValueTask<IReadOnlyList<Digest>> ReadAsync(Tile tile, CancellationToken cancellation)
    {
        Reads++;
        int span = 1 << (Tile.Height * tile.Level);
        return ValueTask.FromResult<IReadOnlyList<Digest>>(
            [.. Enumerable.Range(0, tile.Width).Select(at => Root(_leaves.AsSpan((int)(tile.First + at) * span, span)))]);
    }

    private static Digest Root(ReadOnlySpan<Digest> leaves)
    {
        if (leaves.Length == 0) return Digest.Of([]);
        if (leaves.Length == 1) return leaves[0];
        int split = Split(leaves.Length);
        return MerkleFrontier.Node(Root(leaves[..split]), Root(leaves[split..]));
    }

    private static Digest[] Path(int index, ReadOnlySpan<Digest> leaves)
    {
        if (leaves.Length == 1) return [];
        int split = Split(leaves.Length);
        return index < split ? [.. Path(index, leaves[..split]), Root(leaves[split..])]
            : [.. Path(index - split, leaves[split..]), Root(leaves[..split])];
    }

    private static Digest[] SubProof(int old, ReadOnlySpan<Digest> leaves, bool whole)
    {
        if (old == leaves.Length) return whole ? [] : [Root(leaves)];
        int split = Split(leaves.Length);
        return old <= split
            ? [.. SubProof(old, leaves[..split], whole), Root(leaves[split..])]
            : [.. SubProof(old - split, leaves[split..], whole: false), Root(leaves[..split])];
    }

    private static int Split(int count)
    {
        int split = 1;
        while (split * 2 < count) split *= 2;
        return split;
    }
}
