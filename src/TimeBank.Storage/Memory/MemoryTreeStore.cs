using System.Collections.Concurrent;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Tree nodes and signed checkpoints in memory, beside a reader of journals.</summary>
public sealed class MemoryTreeStore(ILedgerReader journals) : ITreeStore
{
    private readonly ConcurrentDictionary<(RegionCode Region, int Level), List<Digest>> _nodes = new();
    private readonly ConcurrentDictionary<RegionCode, string> _signed = new();

    public async ValueTask<IReadOnlyList<Digest>> LeavesAsync(RegionCode region, long from, int count, CancellationToken cancellation) =>
        [.. (await journals.EntriesAsync(region, from, count, cancellation)).Select(entry => entry.Leaf)];

    public ValueTask<IReadOnlyList<Digest>> NodesAsync(RegionCode region, int level, long from, int count, CancellationToken cancellation) =>
        Of(region, level, nodes => (IReadOnlyList<Digest>)[.. nodes.Skip((int)from).Take(count)]);

    public ValueTask<long> CountNodesAsync(RegionCode region, int level, CancellationToken cancellation) => Of(region, level, nodes => (long)nodes.Count);

    public async ValueTask AddNodesAsync(RegionCode region, int level, long from, IReadOnlyList<Digest> nodes, CancellationToken cancellation) => await Of(region, level, kept =>
    {
        if (from > kept.Count) throw new AppendRefusedException($"Nodes from {from} on would leave a gap after {kept.Count}.");
        kept.AddRange(nodes.Skip(kept.Count - (int)from));
        return true;
    });

    public ValueTask<string?> SignedAsync(RegionCode region, CancellationToken cancellation) => ValueTask.FromResult(_signed.GetValueOrDefault(region));

    public ValueTask<bool> SignAsync(RegionCode region, string? before, string note, CancellationToken cancellation) =>
        ValueTask.FromResult(before is null ? _signed.TryAdd(region, note) : _signed.TryUpdate(region, note, before));

    private ValueTask<T> Of<T>(RegionCode region, int level, Func<List<Digest>, T> call)
    {
        List<Digest> nodes = _nodes.GetOrAdd((region, level), static _ => []);
        lock (nodes) return ValueTask.FromResult(call(nodes));
    }
}
