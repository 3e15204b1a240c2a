using System.Numerics;

namespace TimeBank.Ledger;

/// <summary>Checks proofs of RFC 6962, section 2.1. Sizes and indexes decide how long a proof must be, so nothing in it is ever passed over.</summary>
public static class MerkleProof
{
    /// <summary>That a leaf stands at an index of the tree with a root.</summary>
    /// <param name="proof">From the leaf's sibling up.</param>
    public static ProofStatus CheckInclusion(long index, long size, Digest leaf, IReadOnlyList<Digest> proof, Digest root)
    {
        if (index < 0 || index >= size) return ProofStatus.OutOfRange;
        int inner = BitLength(index ^ (size - 1));
        if (Length(proof, inner + BitOperations.PopCount((ulong)(index >> inner))) is var status and not ProofStatus.Sound) return status;
        return Climb(leaf, proof, 0, inner, index) == root ? ProofStatus.Sound : ProofStatus.OtherRoot;
    }

    /// <summary>That a tree begins with all leaves of a smaller one, in their order. The empty tree is the beginning of every tree.</summary>
    public static ProofStatus CheckConsistency(long oldSize, long newSize, Digest oldRoot, Digest newRoot, IReadOnlyList<Digest> proof)
    {
        if (oldSize < 0 || oldSize > newSize) return ProofStatus.OutOfRange;
        if (oldSize == 0 || oldSize == newSize)
        {
            if (proof.Count > 0) return ProofStatus.TooLong;
            Digest expected = oldSize == newSize ? newRoot : MerkleFrontier.Empty.Root;
            return oldRoot == expected ? ProofStatus.Sound : ProofStatus.OtherRoot;
        }
        // The proof goes up from the last perfect subtree of the smaller tree; where that is the whole smaller tree, its root isn't repeated.
        int start = BitOperations.TrailingZeroCount(oldSize), common = BitLength((oldSize - 1) ^ (newSize - 1)), inner = common - start;
        int seed = BitOperations.IsPow2(oldSize) ? 0 : 1;
        if (Length(proof, seed + inner + BitOperations.PopCount((ulong)((oldSize - 1) >> common))) is var status and not ProofStatus.Sound) return status;
        Digest from = seed == 0 ? oldRoot : proof[0];
        long path = (oldSize - 1) >> start;
        bool sound = Climb(from, proof, seed, inner, path, leftOnly: true) == oldRoot && Climb(from, proof, seed, inner, path) == newRoot;
        return sound ? ProofStatus.Sound : ProofStatus.OtherRoot;
    }

    /// <summary>Hashes upwards: within the tree's common part by the bits of the path, above it always with a left sibling.</summary>
    /// <param name="leftOnly">Leaves out right siblings, which the smaller tree hasn't.</param>
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
