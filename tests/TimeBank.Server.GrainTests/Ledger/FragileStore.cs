using TimeBank.Ledger;
using TimeBank.Testing;

namespace TimeBank.Server.GrainTests;

/// <summary>A journal in memory whose appends wait, fail or are refused when a test says so. Counts the batches.</summary>
internal sealed class FragileStore : ILedgerStore
{
    public MemoryLedgerStore Inner { get; } = new();

    /// <summary>If set, appends wait until it completes.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>Each append's number of entries and remembered outcomes.</summary>
    public List<int> Batches { get; } = [];

    /// <summary>True stores the append, then fails it, as if the connection were lost.</summary>
    public Func<LedgerAppend, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>True fails the append before anything is stored.</summary>
    public Func<LedgerAppend, bool> IsDown { get; set; } = _ => false;

    /// <summary>True refuses the append, as a database's constraint does.</summary>
    public Func<LedgerAppend, bool> Refuses { get; set; } = _ => false;

    public ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation) =>
        Inner.ReadHeadAsync(region, cancellation);

    public ValueTask<Prefetched> PrefetchAsync(RegionCode region, PrefetchKeys keys, CancellationToken cancellation) =>
        Inner.PrefetchAsync(region, keys, cancellation);

    public async ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation)
    {
        if (Gate is { } gate) await gate.Task;
        if (IsDown(append)) throw new StorageUnavailableException("The test's store is down.");
        if (Refuses(append)) throw new AppendRefusedException("The test's store refuses.");
        Batches.Add(append.Entries.Count + append.Remembered.Count);
        bool stored = await Inner.AppendAsync(append, cancellation);
        return LosesAnswer(append) ? throw new StorageUnavailableException("The test loses the answer.") : stored;
    }
}
