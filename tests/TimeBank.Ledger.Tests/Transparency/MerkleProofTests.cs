using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class MerkleProofTests
{
    private static readonly int[] Sizes = [.. Enumerable.Range(1, 66), 127, 128, 129, 255, 256, 257, 300, 511, 512, 513];

    [Fact]
    public async Task Inclusion_proofs_are_those_of_the_definition_and_hold_for_nothing_else()
    {
        var tree = new NaiveTree(Sizes[^1]);
        foreach (int size in Sizes)
        {
            var proofs = new TreeProofs(tree, size);
            Digest root = tree.Root(size);
            Assert.Equal(root, await proofs.RootAsync(size, default));
            for (int index = 0; index < size; index += size > 66 ? 37 : 1)
            {
                IReadOnlyList<Digest> proof = await proofs.InclusionAsync(index, size, default);

                Assert.Equal(tree.Inclusion(index, size), proof);
                Assert.Equal(ProofStatus.Sound, MerkleProof.CheckInclusion(index, size, tree.Leaf(index), proof, root));
                Assert.Equal(ProofStatus.TooLong, MerkleProof.CheckInclusion(index, size, tree.Leaf(index), [.. proof, root], root));
                if (proof.Count > 0) Assert.Equal(
                    ProofStatus.TooShort, MerkleProof.CheckInclusion(index, size, tree.Leaf(index), [.. proof.SkipLast(1)], root));
                Assert.Equal(ProofStatus.OtherRoot, MerkleProof.CheckInclusion(index, size, Digest.Of([1]), proof, root));
                Assert.Equal(ProofStatus.OtherRoot, MerkleProof.CheckInclusion(index, size, tree.Leaf(index), proof, Digest.Of([1])));
                foreach (IReadOnlyList<Digest> forged in Forgeries(proof)) Assert.Equal(
                    ProofStatus.OtherRoot, MerkleProof.CheckInclusion(index, size, tree.Leaf(index), forged, root));
                Assert.NotEqual(ProofStatus.Sound,
                    MerkleProof.CheckInclusion(index ^ 1, size, tree.Leaf(index), proof, size == 1 ? Digest.Of([1]) : root));
            }
        }
    }

    [Fact]
    public async Task Consistency_proofs_are_those_of_the_definition_and_hold_for_nothing_else()
    {
        var tree = new NaiveTree(Sizes[^1]);
        foreach (int size in Sizes)
        {
            var proofs = new TreeProofs(tree, size);
            Digest root = tree.Root(size);
            for (int old = 0; old <= size; old += size > 66 ? 37 : 1)
            {
                IReadOnlyList<Digest> proof = await proofs.ConsistencyAsync(old, size, default);
                Digest oldRoot = tree.Root(old);

                Assert.Equal(tree.Consistency(old, size), proof);
                Assert.Equal(ProofStatus.Sound, MerkleProof.CheckConsistency(old, size, oldRoot, root, proof));
                Assert.Equal(ProofStatus.TooLong, MerkleProof.CheckConsistency(old, size, oldRoot, root, [.. proof, root]));
                if (proof.Count > 0) Assert.Equal(
                    ProofStatus.TooShort, MerkleProof.CheckConsistency(old, size, oldRoot, root, [.. proof.SkipLast(1)]));
                Assert.Equal(ProofStatus.OtherRoot, MerkleProof.CheckConsistency(old, size, Digest.Of([1]), root, proof));
                if (old > 0) Assert.Equal(ProofStatus.OtherRoot, MerkleProof.CheckConsistency(old, size, oldRoot, Digest.Of([1]), proof));
                foreach (IReadOnlyList<Digest> forged in Forgeries(proof)) Assert.Equal(
                    ProofStatus.OtherRoot, MerkleProof.CheckConsistency(old, size, oldRoot, root, forged));
            }
        }
    }

    /// <summary>
    /// Source of the vectors: Certificate Transparency's own tests of RFC 6962 (google/certificate-transparency,
    /// merkletree/merkle_verifier_test.cc).
    /// </summary>
    [Theory]
    [InlineData(6, 8, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a "
            + "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 "
            + "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void Consistency_of_certificate_transparency_holds(long old, long size, string oldRoot, string root, string proof) =>
        Assert.Equal(ProofStatus.Sound,
            MerkleProof.CheckConsistency(old, size, Digest.Parse(oldRoot), Digest.Parse(root), [.. proof.Split(' ').Select(Digest.Parse)]));

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(5, 5)]
    [InlineData(0, 0)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(long.MinValue, 1)]
    public void Index_out_of_the_tree_is_refused(long index, long size) =>
        Assert.Equal(ProofStatus.OutOfRange, MerkleProof.CheckInclusion(index, size, default, [], default));

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(6, 5)]
    [InlineData(long.MinValue, long.MaxValue)]
    public void Smaller_tree_that_is_none_is_refused(long old, long size) =>
        Assert.Equal(ProofStatus.OutOfRange, MerkleProof.CheckConsistency(old, size, default, default, []));

    [Fact]
    public void Largest_tree_needs_63_hashes() =>
        Assert.Equal(ProofStatus.TooShort, MerkleProof.CheckInclusion(0, long.MaxValue, default, new Digest[62], default));

    [Fact]
    public async Task Proof_reads_each_tile_once_and_no_more_than_two_a_level()
    {
        var tree = new NaiveTree(66_000);

        await new TreeProofs(tree, 66_000).InclusionAsync(300, 66_000, default);

        Assert.InRange(tree.Reads, 3, 6);
    }

    [Fact]
    public async Task No_proof_beyond_the_tree()
    {
        var proofs = new TreeProofs(new NaiveTree(5), 5);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await proofs.InclusionAsync(5, 5, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await proofs.InclusionAsync(0, 6, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await proofs.ConsistencyAsync(4, 3, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await proofs.RootAsync(-1, default));
    }

    private static IEnumerable<IReadOnlyList<Digest>> Forgeries(IReadOnlyList<Digest> proof)
    {
        for (int at = 0; at < proof.Count; at++)
        {
            Digest[] forged = [.. proof];
            forged[at] = Digest.Of(forged[at].ToArray());
            yield return forged;
        }
    }
}
