using System.Threading.Channels;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server.GrainTests;

/// <summary>A tree store that tells when a checkpoint is signed, and fails when a test says so.</summary>
internal sealed class WatchedTrees(ITreeStore inner) : ITreeStore
{
    private readonly Channel<SignedNote> _signed = Channel.CreateUnbounded<SignedNote>();

    /// <summary>The number of next attempts to sign that find the database down.</summary>
    public int Outages { get; set; }

    /// <summary>If set: what another server does first, so that the next attempt to sign loses against it.</summary>
    public Func<Task>? Other { get; set; }

    public async Task<SignedNote> NextAsync() =>
        await _signed.Reader.ReadAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);

    public bool IsSigned => _signed.Reader.TryPeek(out _);

    public ValueTask<IReadOnlyList<Digest>> LeavesAsync(RegionCode region, long from, int count, CancellationToken cancellation) =>
        inner.LeavesAsync(region, from, count, cancellation);

    public ValueTask<IReadOnlyList<Digest>> NodesAsync(RegionCode region, int level, long from, int count,
        CancellationToken cancellation) => inner.NodesAsync(region, level, from, count, cancellation);

    public ValueTask<long> CountNodesAsync(RegionCode region, int level, CancellationToken cancellation) =>
        inner.CountNodesAsync(region, level, cancellation);

    public ValueTask AddNodesAsync(RegionCode region, int level, long from, IReadOnlyList<Digest> nodes, CancellationToken cancellation) =>
        inner.AddNodesAsync(region, level, from, nodes, cancellation);

    public ValueTask<string?> SignedAsync(RegionCode region, CancellationToken cancellation) => inner.SignedAsync(region, cancellation);

    public async ValueTask<bool> SignAsync(RegionCode region, string? before, string note, CancellationToken cancellation)
    {
        if (Outages-- > 0) throw new StorageUnavailableException("The test's database is down.");
        if (Other is { } other)
        {
            Other = null;
            await other();
        }
        bool signed = await inner.SignAsync(region, before, note, cancellation);
        if (signed) _signed.Writer.TryWrite(SignedNote.Parse(note));
        return signed;
    }
}
