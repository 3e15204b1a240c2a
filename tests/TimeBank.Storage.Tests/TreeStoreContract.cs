using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

/// <summary>Every engine's promises about leaves, stored tree nodes and signed checkpoints.</summary>
public abstract class TreeStoreContract : IDisposable
{
    private protected abstract ILedgerStore Journals { get; }

    private protected abstract ITreeStore Trees { get; }

    [Fact]
    public async Task Leaves_are_those_of_the_journal()
    {
        var writer = new BatchWriter(Journals, Tianyuan);
        await WriteAsync(writer, 10);
        await new BatchWriter(Journals, Lusong).WriteAsync(Receive("elsewhere", 1));

        Assert.Equal(writer.Appended.Select(entry => entry.Leaf), await Trees.LeavesAsync(Tianyuan, 0, 100, default));
        Assert.Equal(writer.Appended.Skip(3).Take(4).Select(entry => entry.Leaf), await Trees.LeavesAsync(Tianyuan, 3, 4, default));
        Assert.Single(await Trees.LeavesAsync(Tianyuan, 9, 100, default));
        Assert.Empty(await Trees.LeavesAsync(Tianyuan, 10, 100, default));
    }

    [Fact]
    public async Task Proofs_are_the_same_with_kept_nodes_and_without()
    {
        const int size = 600;
        var writer = new BatchWriter(Journals, Tianyuan);
        await WriteAsync(writer, size);
        LedgerHead head = await Journals.ReadHeadAsync(Tianyuan, default);
        await CheckAsync();

        await TreeNodes.ExtendAsync(Trees, Tianyuan, 300, default);
        Assert.Equal(1, await Trees.CountNodesAsync(Tianyuan, 1, default));
        await CheckAsync();

        await TreeNodes.ExtendAsync(Trees, Tianyuan, size, default);
        await TreeNodes.ExtendAsync(Trees, Tianyuan, size, default);
        Assert.Equal((2, 0), (await Trees.CountNodesAsync(Tianyuan, 1, default), await Trees.CountNodesAsync(Tianyuan, 2, default)));
        Assert.Null(await TreeNodes.VerifyAsync(Trees, Tianyuan, size, default));
        await CheckAsync();

        async Task CheckAsync()
        {
            var proofs = new TreeProofs(new JournalTiles(Trees, Tianyuan), size);
            Assert.Equal(head.Tree.Root, await proofs.RootAsync(size, default));
            foreach (int index in new[] { 0, 255, 256, 511, 512, 599 })
            {
                var proof = await proofs.InclusionAsync(index, size, default);
                Assert.Equal(ProofStatus.Sound,
                    MerkleProof.CheckInclusion(index, size, writer.Appended[index].Leaf, proof, head.Tree.Root));
            }
            var consistency = await proofs.ConsistencyAsync(511, size, default);
            Assert.Equal(ProofStatus.Sound,
                MerkleProof.CheckConsistency(511, size, await proofs.RootAsync(511, default), head.Tree.Root, consistency));
        }
    }

    [Fact]
    public async Task Nodes_that_are_there_stay_as_they_are()
    {
        Digest[] first = [Digest.Of([1]), Digest.Of([2])], again = [Digest.Of([3]), Digest.Of([4]), Digest.Of([5])];

        await Trees.AddNodesAsync(Tianyuan, 2, 0, first, default);
        await Trees.AddNodesAsync(Tianyuan, 2, 0, again, default);
        await Trees.AddNodesAsync(Lusong, 2, 0, again, default);

        Assert.Equal([first[0], first[1], again[2]], await Trees.NodesAsync(Tianyuan, 2, 0, 256, default));
        Assert.Equal([first[1]], await Trees.NodesAsync(Tianyuan, 2, 1, 1, default));
        Assert.Empty(await Trees.NodesAsync(Tianyuan, 3, 0, 256, default));
        Assert.Equal((3, 0), (await Trees.CountNodesAsync(Tianyuan, 2, default), await Trees.CountNodesAsync(Tianyuan, 1, default)));
    }

    [Fact]
    public async Task Node_that_does_not_follow_from_the_leaves_is_found()
    {
        await WriteAsync(new BatchWriter(Journals, Tianyuan), 300);
        await Trees.AddNodesAsync(Tianyuan, 1, 0, [Digest.Of([1])], default);

        Assert.Equal("regions/430211/tree/1/0", (await TreeNodes.VerifyAsync(Trees, Tianyuan, 300, default))!.Where);
    }

    [Theory]
    [InlineData(1, 0, "regions/430211/tree/1/0")]
    [InlineData(7, 3, "regions/430211/tree/7/3")]
    public async Task Node_of_entries_that_the_journal_has_not_is_found(int level, int index, string where)
    {
        await WriteAsync(new BatchWriter(Journals, Tianyuan), 200);
        for (int at = 0; at <= index; at++) await Trees.AddNodesAsync(Tianyuan, level, at, [Digest.Of([1])], default);

        Assert.Equal(where, (await TreeNodes.VerifyAsync(Trees, Tianyuan, 200, default))!.Where);
    }

    [Fact]
    public async Task Signed_note_takes_the_place_of_the_one_it_names_and_of_no_other()
    {
        Assert.Null(await Trees.SignedAsync(Tianyuan, default));
        Assert.False(await Trees.SignAsync(Tianyuan, "none", "first\n", default));
        Assert.True(await Trees.SignAsync(Tianyuan, null, "first\n", default));
        Assert.False(await Trees.SignAsync(Tianyuan, null, "other\n", default));
        Assert.False(await Trees.SignAsync(Tianyuan, "other\n", "third\n", default));
        Assert.True(await Trees.SignAsync(Tianyuan, "first\n", "第二\n— 签\n", default));

        Assert.Equal("第二\n— 签\n", await Trees.SignedAsync(Tianyuan, default));
        Assert.Null(await Trees.SignedAsync(Lusong, default));
    }

    [Fact]
    public async Task Guard_lets_a_journal_go_on_from_what_was_signed_and_no_other()
    {
        using var folder = new TempFolder();
        var outside = new CheckpointFolder(folder.File("checkpoints"));
        var guard = new JournalGuard(Trees, outside, (_, _) => NoteStatus.Signed);
        var writer = new BatchWriter(Journals, Tianyuan);
        await WriteAsync(writer, 300);
        LedgerHead early = await Journals.ReadHeadAsync(Tianyuan, default);
        await WriteAsync(writer, 310, from: 300);
        LedgerHead head = await Journals.ReadHeadAsync(Tianyuan, default);

        await guard.CheckAsync(Tianyuan, 0, MerkleFrontier.Empty.Root, [], default);
        await guard.CheckAsync(Tianyuan, head.Size, head.Tree.Root, [Of(early.Size, early.Tree.Root), Of(head.Size, head.Tree.Root)],
            default);
        await RefusedAsync("has 300 entries, but a checkpoint of 310 was signed", early, Of(head.Size, head.Tree.Root));
        await RefusedAsync("has 300 entries, but a checkpoint of 9999999 was signed", early, Of(9_999_999, head.Tree.Root));
        await RefusedAsync("doesn't begin with the 300 entries", head, Of(300, Digest.Of([1])));
        await RefusedAsync("doesn't begin with the 310 entries", head, Of(310, early.Tree.Root));

        static Checkpoint Of(long size, Digest root) => new("timebank.example/430211", size, root);
        async Task RefusedAsync(string why, LedgerHead found, Checkpoint signed)
        {
            var refused = await Assert.ThrowsAsync<JournalRolledBackException>(
                async () => await guard.CheckAsync(Tianyuan, found.Size, found.Tree.Root, [signed], default));
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Close();

    private static async Task WriteAsync(BatchWriter writer, int until, int from = 0)
    {
        for (int at = from; at < until; at += 100) await writer.WriteAsync(
            [.. Enumerable.Range(at, Math.Min(100, until - at)).Select(entry => Receive($"entry {entry}", 1))]);
    }
}
