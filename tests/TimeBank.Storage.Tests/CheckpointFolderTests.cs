using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using Xunit;
using static TimeBank.Storage.Tests.Given;

namespace TimeBank.Storage.Tests;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly CheckpointFolder _folder;

    public CheckpointFolderTests() => _folder = new CheckpointFolder(_temp.File("checkpoints"));

    [Fact]
    public void Last_note_of_each_region_is_kept_across_starts()
    {
        Assert.Null(_folder.Read(Tianyuan));
        Assert.Empty(_folder.Regions());

        _folder.Write(Tianyuan, Note(1));
        _folder.Write(Lusong, Note(7));
        _folder.Write(Tianyuan, Note(2));

        var again = new CheckpointFolder(_folder.Path);
        Assert.Equal(Note(2).ToString(), again.Read(Tianyuan));
        Assert.Equal(Note(7).ToString(), again.Read(Lusong));
        Assert.Equal([Lusong, Tianyuan], again.Regions());
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void Smaller_tree_never_takes_the_place_of_a_larger_one()
    {
        _folder.Write(Tianyuan, Note(10));
        _folder.Write(Tianyuan, Note(9));

        Assert.Equal(Note(10).ToString(), _folder.Read(Tianyuan));
    }

    /// <summary>The servers of a cluster share the folder, so they may write at once.</summary>
    [Fact]
    public async Task Writers_at_once_leave_whole_notes_and_no_drafts()
    {
        _folder.Write(Tianyuan, Note(1));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var shared = new CheckpointFolder(_folder.Path);
                for (int size = 1; size <= 100; size++)
                {
                    shared.Write(Tianyuan, Note(size));
                    Assert.StartsWith("timebank.example", shared.Read(Tianyuan), StringComparison.Ordinal);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Folder_that_cannot_be_used_is_an_outage()
    {
        File.WriteAllText(_folder.Path, "a file");

        Assert.Throws<StorageUnavailableException>(() => _folder.Write(Tianyuan, Note(1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("timebank.example/430211\n-1\nAAAA\n\n— a AAAAAAA=\n")]
    public async Task Note_that_cannot_be_read_stops_the_writer(string content)
    {
        _folder.Write(Tianyuan, Note(1));
        File.WriteAllText(Path.Combine(_folder.Path, "430211.checkpoint"), content);
        var guard = new JournalGuard(new MemoryTreeStore(new MemoryLedgerStore()), _folder, (_, _) => NoteStatus.Signed);

        await Assert.ThrowsAsync<JournalRolledBackException>(async () => await guard.SignedAsync(Tianyuan, default));
    }

    public void Dispose() => _temp.Dispose();

    private static SignedNote Note(long size) =>
        new(new Checkpoint("timebank.example/430211", size, Digest.Of([1])).Text,
            [new NoteSignature("timebank.example/430211", 1, new byte[64])]);
}
