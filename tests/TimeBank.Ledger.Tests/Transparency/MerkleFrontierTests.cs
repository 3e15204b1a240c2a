using System.Security.Cryptography;
using System.Text;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// Source of the vectors: Certificate Transparency's own tests of RFC 6962 (google/certificate-transparency,
/// merkletree/merkle_tree_test.cc).
/// </summary>
public sealed class MerkleFrontierTests
{
    /// <summary>The eight leaves of the Certificate Transparency tests.</summary>
    private static readonly string[] Leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Roots_are_those_of_certificate_transparency(int size, string root)
    {
        MerkleFrontier tree = Leaves.Take(size)
            .Aggregate(MerkleFrontier.Empty, (grown, leaf) => grown.Append(MerkleFrontier.Leaf(Convert.FromHexString(leaf))));

        Assert.Equal(root, tree.Root.ToString());
        Assert.Equal(size, tree.Size);
    }

    [Fact]
    public void Roots_are_those_of_the_definition()
    {
        byte[][] leaves = [.. Enumerable.Range(0, 130).Select(at => Encoding.UTF8.GetBytes($"leaf {at}"))];
        MerkleFrontier tree = MerkleFrontier.Empty;
        for (int size = 0; size <= leaves.Length; size++)
        {
            Assert.Equal(Convert.ToHexStringLower(Naive(leaves.AsSpan(0, size))), tree.Root.ToString());
            Assert.Equal(tree, MerkleFrontier.FromBytes(size, tree.ToArray()));
            if (size < leaves.Length) tree = tree.Append(MerkleFrontier.Leaf(leaves[size]));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(100_000)]
    public void Leaf_is_hashed_whatever_its_length(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);

        Assert.Equal(SHA256.HashData([0x00, .. data]), MerkleFrontier.Leaf(data).ToArray());
    }

    [Fact]
    public void Leaf_of_an_entry_hides_its_bytes_behind_the_salt()
    {
        byte[] salt = [.. Enumerable.Range(0, 16).Select(at => (byte)at)], entry = "{}"u8.ToArray();

        Assert.Equal(SHA256.HashData([0x00, .. SHA256.HashData([.. salt, .. entry])]), MerkleFrontier.EntryLeaf(salt, entry).ToArray());
    }

    [Fact]
    public void Leaf_and_node_of_the_same_bytes_differ()
    {
        Digest left = Digest.Of([1]), right = Digest.Of([2]);

        Assert.NotEqual(MerkleFrontier.Node(left, right), MerkleFrontier.Leaf([.. left.ToArray(), .. right.ToArray()]));
        Assert.NotEqual(MerkleFrontier.Node(left, right), MerkleFrontier.Node(right, left));
    }

    [Fact]
    public void Append_leaves_the_earlier_tree_as_it_was()
    {
        MerkleFrontier one = MerkleFrontier.Empty.Append(Digest.Of([1]));
        Digest before = one.Root;

        MerkleFrontier left = one.Append(Digest.Of([2])), right = one.Append(Digest.Of([3]));

        Assert.Equal(before, one.Root);
        Assert.NotEqual(left.Root, right.Root);
    }

    [Fact]
    public void Equal_trees_are_equal_however_they_came_about()
    {
        MerkleFrontier tree = MerkleFrontier.Empty.Append(Digest.Of([1])).Append(Digest.Of([2])).Append(Digest.Of([3]));
        MerkleFrontier read = MerkleFrontier.FromBytes(3, tree.ToArray());

        Assert.True(tree == read);
        Assert.Equal(tree.GetHashCode(), read.GetHashCode());
        Assert.False(tree == tree.Append(Digest.Of([4])));
        Assert.False(tree == MerkleFrontier.FromBytes(5, tree.ToArray()));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 32)]
    [InlineData(1, 0)]
    [InlineData(1, 31)]
    [InlineData(1, 33)]
    [InlineData(2, 64)]
    [InlineData(3, 32)]
    [InlineData(long.MaxValue, 32)]
    [InlineData(long.MinValue, 32)]
    public void Bytes_that_fit_no_tree_of_the_size_are_refused(long size, int length) =>
        Assert.Throws<FormatException>(() => MerkleFrontier.FromBytes(size, new byte[length]));

    /// <summary>The definition of RFC 6962, section 2.1, word for word.</summary>
    private static byte[] Naive(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 0) return SHA256.HashData([]);
        if (leaves.Length == 1) return SHA256.HashData([0x00, .. leaves[0]]);
        int split = 1;
        while (split * 2 < leaves.Length) split *= 2;
        return SHA256.HashData([0x01, .. Naive(leaves[..split]), .. Naive(leaves[split..])]);
    }
}
