namespace TimeBank.Ledger;

/// <summary>
/// Reads a region's journal for statements, lists and exports. Never asked where money is decided. Every call may throw
/// <see cref="StorageUnavailableException"/>.
/// </summary>
public interface ILedgerReader
{
    ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation);

    /// <summary>The regions whose journals have been written, by code.</summary>
    ValueTask<IReadOnlyList<RegionCode>> RegionsAsync(CancellationToken cancellation);

    ValueTask<Account?> AccountAsync(RegionCode region, AccountPath path, CancellationToken cancellation);

    /// <summary>Accounts in the order of their numbers, after <paramref name="afterNumber"/>.</summary>
    ValueTask<IReadOnlyList<Account>> AccountsAsync(RegionCode region, AccountFilter filter, long afterNumber, int limit, CancellationToken cancellation);

    /// <summary>Accounts in the order of their paths' letters, after <paramref name="afterPath"/>; empty for the first.</summary>
    ValueTask<IReadOnlyList<Account>> AccountsByPathAsync(RegionCode region, AccountFilter filter, string afterPath, int limit, CancellationToken cancellation);

    /// <summary>Accounts that have a last day of use, earliest first and then by path, after such a place.</summary>
    ValueTask<IReadOnlyList<Account>> AccountsByLastDayAsync(RegionCode region, AccountFilter filter, DateOnly afterDay, string afterPath, int limit, CancellationToken cancellation);

    ValueTask<StoredEntry?> EntryAsync(RegionCode region, long index, CancellationToken cancellation);

    ValueTask<StoredEntry?> EntryAsync(RegionCode region, EntryId id, CancellationToken cancellation);

    /// <summary>Entries in their order, from an index on.</summary>
    ValueTask<IReadOnlyList<StoredEntry>> EntriesAsync(RegionCode region, long fromIndex, int limit, CancellationToken cancellation);

    /// <summary>Entries that a filter lets through, newest first, below an index, with what has happened to each since.</summary>
    ValueTask<IReadOnlyList<LinkedEntry>> EntriesAsync(RegionCode region, EntryFilter filter, long beforeIndex, int limit, CancellationToken cancellation);

    /// <summary>The same entries oldest first, above an index.</summary>
    ValueTask<IReadOnlyList<LinkedEntry>> EarliestEntriesAsync(RegionCode region, EntryFilter filter, long afterIndex, int limit, CancellationToken cancellation);

    /// <summary>The transfers of some entries, in the order of the journal.</summary>
    ValueTask<IReadOnlyList<StoredTransfer>> TransfersAsync(RegionCode region, IReadOnlyList<long> entries, CancellationToken cancellation);

    /// <summary>
    /// What each event had posted to the accounts that a filter lets through, in both directions, when the journal had so many entries. It
    /// costs what these accounts have moved, whatever the region has.
    /// </summary>
    /// <param name="byCounter">Also by the account on the other side; only for accounts that meet few others.</param>
    /// <param name="sizes">Ascending, and at least one: the last is the moment, and each ends a stretch, whose flows are summed
    /// apart.</param>
    ValueTask<IReadOnlyList<Flow>> FlowsAsync(
        RegionCode region, AccountFilter filter, bool byCounter, IReadOnlyList<long> sizes, CancellationToken cancellation);

    /// <summary>An account's postings in their order, of times in [from, until), after a cursor. Legs that posted nothing are left out.</summary>
    ValueTask<IReadOnlyList<Posting>> PostingsAsync(RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor after, int limit, CancellationToken cancellation);

    /// <summary>The same postings in the opposite order, before a cursor.</summary>
    ValueTask<IReadOnlyList<Posting>> LatestPostingsAsync(RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor before, int limit, CancellationToken cancellation);

    /// <summary>The entry that posted to each of some accounts last, by the account's number; without those to which none has.</summary>
    ValueTask<IReadOnlyDictionary<long, JournalEntry>> LastEntriesAsync(RegionCode region, IReadOnlyCollection<long> accounts, CancellationToken cancellation);

    /// <summary>The posted counters of an account as they were just before a time; its pending counters are given as zero.</summary>
    ValueTask<Counters> CountersBeforeAsync(RegionCode region, long account, LedgerTime time, CancellationToken cancellation);

    /// <summary>How many entries were recorded before a time: the index of the first one that wasn't.</summary>
    ValueTask<long> IndexAtAsync(RegionCode region, LedgerTime time, CancellationToken cancellation);

    /// <summary>
    /// Accounts in the order of their paths as they were when the journal had <paramref name="size"/> entries: those opened by then, with their
    /// posted counters. Pending counters are given as zero, flags as they are now. Each account costs a look-up in an index, however long its history.
    /// </summary>
    ValueTask<IReadOnlyList<Account>> AccountsAsOfAsync(RegionCode region, AccountFilter filter, long size, string afterPath, int limit, CancellationToken cancellation);

    /// <summary>The holds that are open, by the index of their entries, after an index.</summary>
    ValueTask<IReadOnlyList<JournalEntry>> OpenHoldsAsync(RegionCode region, long afterIndex, int limit, CancellationToken cancellation);

    /// <summary>The holds that are open and due at a time, earliest first: those that an <see cref="EntryKind.ExpireHold"/> may end.</summary>
    ValueTask<IReadOnlyList<JournalEntry>> DueHoldsAsync(RegionCode region, LedgerTime at, int limit, CancellationToken cancellation);

    /// <summary>Totals over all accounts of a region, by unit.</summary>
    ValueTask<IReadOnlyList<UnitTotals>> TrialBalanceAsync(RegionCode region, CancellationToken cancellation);

    /// <summary>Totals over all accounts of a region by unit and class, and the head that they are of.</summary>
    ValueTask<TrialBalance> TrialBalanceByClassAsync(RegionCode region, CancellationToken cancellation);
}
