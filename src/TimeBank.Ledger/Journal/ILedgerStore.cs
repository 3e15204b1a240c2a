namespace TimeBank.Ledger;

/// <summary>
/// Where a region's journal is kept, for its writer. Every call may throw <see cref="StorageUnavailableException"/>; an append
/// that did may or may not have happened, so whoever called it reads the head again before doing anything else.
/// </summary>
public interface ILedgerStore
{
    /// <summary>The head of a region's journal; an empty one where it has never been written.</summary>
    ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation);

    ValueTask<Prefetched> PrefetchAsync(RegionCode region, PrefetchKeys keys, CancellationToken cancellation);

    /// <summary>Stores the batch durably, all or nothing. False: the head is not <c>Before</c>, so another writer exists, and nothing was stored.</summary>
    /// <exception cref="AppendRefusedException">The batch breaks an invariant that the store guards; nothing was stored.</exception>
    ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation);
}
