using Microsoft.Extensions.Logging.Abstractions;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class CheckpointSignerTests : IDisposable
{
    private static readonly RegionCode Region = RegionCode.Parse("430211");
    private static readonly OpaqueId Elder = OpaqueId.Parse("000000000001");

    private readonly FragileStore _store = new();
    private readonly ManualTime _time = new();
    private readonly Signed _signed = new();
    private readonly WatchedTrees _trees;
    private readonly CheckpointSigner _signer;
    private int _requests;

    public CheckpointSignerTests()
    {
        _trees = new WatchedTrees(new MemoryTreeStore(_store.Inner));
        _signer = NewSigner();
    }

    [Fact]
    public async Task First_batch_is_signed_at_once_and_then_the_latest_once_a_second()
    {
        LedgerWriter writer = NewWriter();
        await WriteAsync(writer, 1);
        SignedNote first = await _trees.NextAsync();
        Assert.Equal(1, Checkpoint.Parse(first.Text).Size);
        Assert.Equal("timebank.example/430211", Checkpoint.Parse(first.Text).Origin);
        Assert.Equal(first.ToString(), _signed.Read(Region));

        await WriteAsync(writer, 3);
        Assert.False(_trees.IsSigned);
        Assert.Equal(TimeSpan.FromSeconds(1), await _time.PassAsync());

        Checkpoint second = Checkpoint.Parse((await _trees.NextAsync()).Text);
        LedgerHead head = await _store.ReadHeadAsync(Region, default);
        Assert.Equal((4L, head.Tree.Root), (second.Size, second.Root));

        // Without a new entry nothing is signed, and no retry waits.
        await _time.PassAsync();
        Assert.False(_trees.IsSigned);
    }

    [Fact]
    public async Task Refusals_and_reads_sign_nothing()
    {
        LedgerWriter writer = NewWriter();
        await writer.AccountsAsync([]);
        Outcome refused = await writer.SubmitAsync(Entries.Refuse(Header(), EntryCode.Note, new Refusal(Reason.LimitReached)));
        Assert.NotNull(refused.Refusal);

        await WriteAsync(writer, 1);
        Assert.Equal(1, Checkpoint.Parse((await _trees.NextAsync()).Text).Size);
    }

    [Fact]
    public async Task What_a_crash_left_unsigned_is_signed_when_a_writer_reads_its_head()
    {
        await WriteAsync(new LedgerWriter(Region, _store, new BusinessClock(TimeProvider.System), new RandomSaltSource(),
            new LedgerOptions(), NullLogger.Instance), 5);

        await NewWriter().AccountsAsync([]);

        Assert.Equal(5, Checkpoint.Parse((await _trees.NextAsync()).Text).Size);
    }

    [Fact]
    public async Task Outage_is_waited_out_ever_longer()
    {
        _trees.Outages = 2;
        await WriteAsync(NewWriter(), 1);

        Assert.Equal(TimeSpan.FromSeconds(2), await _time.PassAsync());
        Assert.Equal(TimeSpan.FromSeconds(4), await _time.PassAsync());
        Assert.Equal(1, Checkpoint.Parse((await _trees.NextAsync()).Text).Size);
    }

    [Fact]
    public async Task New_key_signs_what_an_old_one_has_signed_and_both_sign_while_both_are_there()
    {
        LedgerWriter writer = NewWriter();
        await WriteAsync(writer, 1);
        SignedNote old = await _trees.NextAsync();

        _signed.Keys = [1, 2];
        using CheckpointSigner both = NewSigner();
        await NewWriter(both).AccountsAsync([]);
        SignedNote overlap = await _trees.NextAsync();

        Assert.Equal(old.Text, overlap.Text);
        Assert.Equal(2, overlap.Signatures.Length);
        Assert.Contains(overlap.Signatures, signature => signature.KeyId == old.Signatures[0].KeyId);
    }

    [Fact]
    public async Task Loser_against_another_server_signs_after_it()
    {
        LedgerWriter writer = NewWriter();
        LedgerHead one = LedgerHead.Empty(Region);
        _trees.Other = async () =>
        {
            one = await _store.ReadHeadAsync(Region, default);
            await new MemoryTreeStoreAccess(_trees)
                .SignAsync(new Checkpoint("timebank.example/430211", one.Size, one.Tree.Root).Sign(_signed.Of(Region), default));
        };
        await WriteAsync(writer, 1);
        await _trees.NextAsync();

        Assert.Equal(TimeSpan.FromSeconds(2), await _time.PassAsync());
        await WriteAsync(writer, 1);
        await _time.PassAsync();
        Assert.Equal(2, Checkpoint.Parse((await _trees.NextAsync()).Text).Size);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Journal_older_than_what_was_signed_is_not_written(bool outside)
    {
        LedgerWriter writer = NewWriter();
        await WriteAsync(writer, 2);
        await _trees.NextAsync();
        var restored = new FragileStore();
        using CheckpointSigner signer = outside
            ? new CheckpointSigner(new MemoryTreeStore(restored.Inner), _signed, _signed, _time, NullLogger<CheckpointSigner>.Instance)
            : new CheckpointSigner(_trees, new Signed(), _signed, _time, NullLogger<CheckpointSigner>.Instance);
        var late = new LedgerWriter(Region, restored, new BusinessClock(TimeProvider.System), new RandomSaltSource(), new LedgerOptions(),
            NullLogger.Instance, signer);

        Outcome outcome = await late.SubmitAsync(Issue());
        Assert.Equal(Reason.JournalRolledBack, outcome.Refusal!.Reason);
        Assert.True(outcome.Refusal.IsTransient());
        await Assert.ThrowsAsync<JournalRolledBackException>(() => late.AccountsAsync([]));
        await Assert.ThrowsAsync<JournalRolledBackException>(() => late.FindAsync(Header().Id));
        Assert.Equal(0, (await restored.ReadHeadAsync(Region, default)).Size);
        Assert.Empty(restored.Batches);
    }

    [Fact]
    public async Task Journal_of_another_history_is_not_written_nor_signed()
    {
        await WriteAsync(NewWriter(), 2);
        await _trees.NextAsync();
        // The journal has three entries, but they don't begin with the two that were signed.
        var other = new FragileStore();
        await WriteAsync(new LedgerWriter(Region, other, new BusinessClock(TimeProvider.System), new RandomSaltSource(),
            new LedgerOptions(), NullLogger.Instance), 3);
        var trees = new WatchedTrees(new MemoryTreeStore(other.Inner));
        using var signer = new CheckpointSigner(trees, _signed, _signed, _time, NullLogger<CheckpointSigner>.Instance);
        var late = new LedgerWriter(Region, other, new BusinessClock(TimeProvider.System), new RandomSaltSource(), new LedgerOptions(),
            NullLogger.Instance, signer);

        Assert.Equal(Reason.JournalRolledBack, (await late.SubmitAsync(Issue())).Refusal!.Reason);
        signer.Stored(await other.ReadHeadAsync(Region, default));
        await _time.PassAsync();
        Assert.False(trees.IsSigned);
    }

    [Fact]
    public async Task Checkpoint_that_another_server_signs_meanwhile_is_no_contradiction()
    {
        await WriteAsync(NewWriter(), 1);
        await _trees.NextAsync();

        LedgerHead read = await _signer.LoadAsync(
            Region,
            async () =>
            {
                LedgerHead head = await _store.ReadHeadAsync(Region, default);
                _signed.Write(Region, new Checkpoint("timebank.example/430211", head.Size + 1, Digest.Of([1]))
                    .Sign(_signed.Of(Region), default));
                return head;
            },
            default);

        Assert.Equal(1, read.Size);
    }

    public void Dispose() => _signer.Dispose();

    private CheckpointSigner NewSigner() => new(_trees, _signed, _signed, _time, NullLogger<CheckpointSigner>.Instance);

    private LedgerWriter NewWriter(CheckpointSigner? signer = null) =>
        new(Region, _store, new BusinessClock(TimeProvider.System), new RandomSaltSource(), new LedgerOptions(), NullLogger.Instance,
            signer ?? _signer);

    private async Task WriteAsync(LedgerWriter writer, int count)
    {
        for (int at = 0; at < count; at++) Assert.Null((await writer.SubmitAsync(Issue())).Refusal);
    }

    private Proposal Issue() => HourEntries.Issue(Header(), Elder, new Minutes(1));

    private EntryHeader Header() =>
        new(EntryId.Of("TEST", new Guid(_requests++, 0, 0, new byte[8])), Digest.Of([1]), "TEST", "", new DateOnly(2026, 10, 1), "", "",
        EntryHeader.NoDetails);

    /// <summary>Signs on the same trees, as another server would.</summary>
    private sealed class MemoryTreeStoreAccess(ITreeStore trees)
    {
        public async Task SignAsync(SignedNote note) =>
            await trees.SignAsync(Region, await trees.SignedAsync(Region, default), note.ToString(), default);
    }
}
