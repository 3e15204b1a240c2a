using System.Collections.Concurrent;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Testing;

/// <summary>Journals in memory, for tests and the simulator. It keeps every promise of a store, and each call completes at once.</summary>
public sealed class MemoryLedgerStore : ILedgerStore, ILedgerReader
{
    private readonly ConcurrentDictionary<RegionCode, MemoryJournal> _journals = new();

    public ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation) =>
        Of(append.Before.Region, journal => journal.Append(append));

    public ValueTask<Prefetched> PrefetchAsync(RegionCode region, PrefetchKeys keys, CancellationToken cancellation) =>
        Of(region, journal => journal.Prefetch(keys));

    public ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation) => Of(region, journal => journal.Head);

    public ValueTask<long> BookedAsync(RegionCode region, CancellationToken cancellation) => Of(region, journal => journal.Head.Size);

    public ValueTask<IReadOnlyList<RegionCode>> RegionsAsync(CancellationToken cancellation)
    {
        IReadOnlyList<RegionCode> regions =
            [.. _journals.Values.Select(journal => journal.Head).Where(head => !head.IsAt(LedgerHead.Empty(head.Region)))
            .Select(head => head.Region).Order()];
        return ValueTask.FromResult(regions);
    }

    public ValueTask<Account?> AccountAsync(RegionCode region, AccountPath path, CancellationToken cancellation) =>
        Of(region, journal => journal.Account(path));

    public ValueTask<IReadOnlyList<Account>> AccountsAsync(RegionCode region, AccountFilter filter, long afterNumber, int limit,
        CancellationToken cancellation) =>
        Of(region, journal => journal.Accounts(filter, afterNumber, limit));

    public ValueTask<IReadOnlyList<Account>> AccountsByPathAsync(RegionCode region, AccountFilter filter, string afterPath, int limit,
        CancellationToken cancellation) =>
        Of(region, journal => journal.AccountsByPath(filter, afterPath, limit));

    public ValueTask<IReadOnlyList<Account>> AccountsByLastDayAsync(
        RegionCode region, AccountFilter filter, DateOnly afterDay, string afterPath, int limit, CancellationToken cancellation) =>
        Of(region, journal => journal.AccountsByLastDay(filter, afterDay, afterPath, limit));

    public ValueTask<StoredEntry?> EntryAsync(RegionCode region, long index, CancellationToken cancellation) =>
        Of(region, journal => journal.Entry(index));

    public ValueTask<StoredEntry?> EntryAsync(RegionCode region, EntryId id, CancellationToken cancellation) =>
        Of(region, journal => journal.Entry(id));

    public ValueTask<IReadOnlyList<StoredEntry>> EntriesAsync(RegionCode region, long fromIndex, int limit,
        CancellationToken cancellation) =>
        Of(region, journal => journal.Entries(fromIndex, limit));

    public ValueTask<IReadOnlyList<LinkedEntry>> EntriesAsync(RegionCode region, EntryFilter filter, long beforeIndex, int limit,
        CancellationToken cancellation) =>
        Of(region, journal => journal.Entries(filter, beforeIndex, limit));

    public ValueTask<IReadOnlyList<LinkedEntry>> EarliestEntriesAsync(RegionCode region, EntryFilter filter, long afterIndex, int limit,
        CancellationToken cancellation) =>
        Of(region, journal => journal.EarliestEntries(filter, afterIndex, limit));

    public ValueTask<IReadOnlyList<StoredTransfer>> TransfersAsync(RegionCode region, IReadOnlyList<long> entries,
        CancellationToken cancellation) =>
        Of(region, journal => journal.Transfers(entries));

    public ValueTask<IReadOnlyList<Flow>> FlowsAsync(
        RegionCode region, AccountFilter filter, bool byCounter, IReadOnlyList<long> sizes, CancellationToken cancellation) =>
        Of(region, journal => journal.Flows(filter, byCounter, sizes));

    public ValueTask<IReadOnlyList<Turnover>> TurnoversAsync(
        RegionCode region, long fromIndex, long size, (DateOnly First, DateOnly Last)? effective, CancellationToken cancellation) =>
        Of(region, journal => journal.Turnovers(fromIndex, size, effective));

    public ValueTask<IReadOnlyList<Posting>> PostingsAsync(
        RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor after, int limit,
            CancellationToken cancellation) =>
        Of(region, journal => journal.Postings(account, from, until, after, limit));

    public ValueTask<IReadOnlyList<Posting>> LatestPostingsAsync(
        RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor before, int limit,
            CancellationToken cancellation) =>
        Of(region, journal => journal.LatestPostings(account, from, until, before, limit));

    public ValueTask<IReadOnlyDictionary<long,
        JournalEntry>> LastEntriesAsync(RegionCode region, IReadOnlyCollection<long> accounts, CancellationToken cancellation) =>
        Of(region, journal => journal.LastEntries(accounts));

    public ValueTask<Counters> CountersBeforeAsync(RegionCode region, long account, LedgerTime time, CancellationToken cancellation) =>
        Of(region, journal => journal.CountersBefore(account, time));

    public ValueTask<long> IndexAtAsync(RegionCode region, LedgerTime time, CancellationToken cancellation) =>
        Of(region, journal => journal.IndexAt(time));

    public ValueTask<IReadOnlyList<Account>> AccountsAsOfAsync(RegionCode region, AccountFilter filter, long size, string afterPath,
        int limit, CancellationToken cancellation) =>
        Of(region, journal => journal.AccountsAsOf(filter, size, afterPath, limit));

    public ValueTask<IReadOnlyList<JournalEntry>> OpenHoldsAsync(RegionCode region, long afterIndex, int limit,
        CancellationToken cancellation) =>
        Of(region, journal => journal.OpenHolds(afterIndex, limit));

    public ValueTask<IReadOnlyList<JournalEntry>> DueHoldsAsync(RegionCode region, LedgerTime at, int limit,
        CancellationToken cancellation) =>
        Of(region, journal => journal.DueHolds(at, limit));

    public ValueTask<IReadOnlyList<UnitTotals>> TrialBalanceAsync(RegionCode region, CancellationToken cancellation) =>
        Of(region, journal => journal.TrialBalance());

    public ValueTask<TrialBalance> TrialBalanceByClassAsync(RegionCode region, CancellationToken cancellation) =>
        Of(region, journal => journal.TrialBalanceByClass());

    private ValueTask<T> Of<T>(RegionCode region, Func<MemoryJournal, T> call)
    {
        MemoryJournal journal = _journals.GetOrAdd(region, static code => new MemoryJournal(code));
        lock (journal) return ValueTask.FromResult(call(journal));
    }
}

/// <summary>Tree nodes and signed checkpoints in memory, beside a reader of journals.</summary>
public sealed class MemoryTreeStore(ILedgerReader journals) : ITreeStore
{
    private readonly ConcurrentDictionary<(RegionCode Region, int Level), List<Digest>> _nodes = new();
    private readonly ConcurrentDictionary<RegionCode, string> _signed = new();

    public async ValueTask<IReadOnlyList<Digest>> LeavesAsync(RegionCode region, long from, int count, CancellationToken cancellation) =>
        [.. (await journals.EntriesAsync(region, from, count, cancellation)).Select(entry => entry.Leaf)];

    public ValueTask<IReadOnlyList<Digest>> NodesAsync(RegionCode region, int level, long from, int count,
        CancellationToken cancellation) =>
        Of(region, level, nodes => (IReadOnlyList<Digest>)[.. nodes.Skip((int)from).Take(count)]);

    public ValueTask<long> CountNodesAsync(RegionCode region, int level, CancellationToken cancellation) =>
        Of(region, level, nodes => (long)nodes.Count);

    public async ValueTask AddNodesAsync(RegionCode region, int level, long from, IReadOnlyList<Digest> nodes,
        CancellationToken cancellation) => await Of(region, level, kept =>
    {
        if (from > kept.Count) throw new AppendRefusedException($"Nodes from {from} on would leave a gap after {kept.Count}.");
        kept.AddRange(nodes.Skip(kept.Count - (int)from));
        return true;
    });

    public ValueTask<string?> SignedAsync(RegionCode region, CancellationToken cancellation) =>
        ValueTask.FromResult(_signed.GetValueOrDefault(region));

    public ValueTask<bool> SignAsync(RegionCode region, string? before, string note, CancellationToken cancellation) =>
        ValueTask.FromResult(before is null ? _signed.TryAdd(region, note) : _signed.TryUpdate(region, note, before));

    private ValueTask<T> Of<T>(RegionCode region, int level, Func<List<Digest>, T> call)
    {
        List<Digest> nodes = _nodes.GetOrAdd((region, level), static _ => []);
        lock (nodes) return ValueTask.FromResult(call(nodes));
    }
}
