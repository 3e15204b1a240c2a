using TimeBank.Ledger;
using TimeBank.Testing;

namespace TimeBank.Server.GrainTests;

/// <summary>A journal in memory that waits, fails or refuses when a test says so, and counts its batches.</summary>
internal sealed class FragileStore : ILedgerStore
{
    public MemoryLedgerStore Inner { get; } = new();

    /// <summary>Set: appends wait for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>How many entries and remembered outcomes each append had.</summary>
    public List<int> Batches { get; } = [];

    /// <summary>Asked before each append; true stores it, then the append fails as if the connection were lost.</summary>
    public Func<LedgerAppend, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>True fails the append before anything is stored.</summary>
    public Func<LedgerAppend, bool> IsDown { get; set; } = _ => false;

    /// <summary>True refuses the append, as a database does by its constraints.</summary>
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
