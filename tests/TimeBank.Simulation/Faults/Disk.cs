using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Simulation;

/// <summary>The store that all processes of a world share, with its faults. Nothing is stored anywhere else.</summary>
/// <param name="open">Opens the store again for another process, which has its own memory of it.</param>
internal sealed class Disk(World world, Func<ILedgerStore> open, FaultPlan plan)
{
    private readonly HashSet<EntryId> _poison = [];
    private readonly HashSet<(long Size, Digest Root)> _heads = [];

    private bool _isWell;

    public bool IsFull { get; set; }

    /// <summary>Called for every batch as soon as it is stored, with its process and whether the process will hear of it.</summary>
    public required Action<LedgerAppend, WriterProcess, bool> Landed { get; init; }

    public void MayPoison(EntryId id)
    {
        if (!_isWell && world.Chance.Permille(plan.Poison)) _poison.Add(id);
    }

    public bool IsPoison(EntryId id) => _poison.Contains(id);

    /// <summary>From now on the database refuses nothing.</summary>
    public void EndPoison()
    {
        _isWell = true;
        _poison.Clear();
    }

    public bool HasStood(LedgerHead head) => _heads.Contains((head.Size, head.Tree.Root));

    public ILedgerStore Open() => open();

    public LedgerHead ReadHead(ILedgerStore store, RegionCode region) => Wait(() => store.ReadHeadAsync(region, CancellationToken.None));

    public Prefetched Prefetch(ILedgerStore store, RegionCode region, PrefetchKeys keys) =>
        Wait(() => store.PrefetchAsync(region, keys, CancellationToken.None));

    /// <param name="isTold">True where the process will hear that the batch is stored.</param>
    public bool Append(ILedgerStore store, LedgerAppend append, WriterProcess by, bool isTold)
    {
        if (IsFull)
        {
            world.Tally.Add("disk full");
            throw new StorageUnavailableException("The disk is full.");
        }
        if (append.Entries.Any(appended => _poison.Contains(appended.Entry.Id))
            && ReadHead(store, append.Before.Region).IsAt(append.Before))
        {
            world.Tally.Add("append refused");
            throw new AppendRefusedException("The database refuses an entry of the batch.");
        }
        if (!Wait(() => store.AppendAsync(append, CancellationToken.None))) return false;
        _heads.Add((append.After.Size, append.After.Tree.Root));
        Landed(append, by, isTold);
        return true;
    }

    /// <summary>Waits for a store that works on other threads. None of its continuations may run on the world's thread.</summary>
    private static T Wait<T>(Func<ValueTask<T>> call)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return call().AsTask().GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }
}
