using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The journals of every region in one SQLite file.</summary>
public sealed class SqliteLedgerStore : ILedgerStore, ILedgerReader, IBooks, IDisposable
{
    private readonly SqliteReaders _readers;
    private readonly SqliteWriter _writer;
    private readonly Bookkeeper _bookkeeper;

    private SqliteLedgerStore(SqliteDatabase database, int bookFrom)
    {
        _bookkeeper = new Bookkeeper(this, bookFrom);
        _readers = new SqliteReaders(database);
        _writer = new SqliteWriter(database);
    }

    /// <summary>Opens a database; creates and migrates it if needed.</summary>
    /// <param name="database">The file.</param>
    /// <param name="bookFrom">The number of unbooked entries at which booking begins by itself. Lower than on a server, because the file's
    /// one writer waits meanwhile.</param>
    /// <exception cref="SchemaMismatchException">The schema is newer than this build's, or not ours.</exception>
    /// <exception cref="StorageUnavailableException">The database can't be used.</exception>
    public static SqliteLedgerStore Open(SqliteDatabase database, int bookFrom = 1_024)
    {
        SqliteSchema.Migrate(database);
        return new SqliteLedgerStore(database, bookFrom);
    }

    public async ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation)
    {
        await _bookkeeper.MakeRoomAsync(append.Before.Region);
        bool stored = await _writer.AppendAsync(append, cancellation);
        // If the batch is not stored, or may be, the writer reads the head again.
        if (stored) _bookkeeper.Stored(append);
        return stored;
    }

    public ValueTask<Prefetched> PrefetchAsync(RegionCode region, PrefetchKeys keys, CancellationToken cancellation) =>
        _bookkeeper.PrefetchAsync(
        region, keys, rest => _readers.ReadAsync(session => SqlitePrefetch.Read(session, region, rest), cancellation));

    async ValueTask<LedgerHead> ILedgerStore.ReadHeadAsync(RegionCode region, CancellationToken cancellation)
    {
        LedgerHead head = await ReadHeadAsync(region, cancellation);
        _bookkeeper.Loaded(head);
        return head;
    }

    public ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation) =>
        _readers.ReadAsync(session => SqliteReads.Head(session, region), cancellation);

    public ValueTask<long> BookedAsync(RegionCode region, CancellationToken cancellation) =>
        _readers.ReadAsync(session => SqliteReads.BooksHead(session, region).Size, cancellation);

    public async ValueTask<IReadOnlyList<RegionCode>> RegionsAsync(CancellationToken cancellation) =>
        await _readers.ReadAsync(SqliteReads.Regions, cancellation);

    public ValueTask<Account?> AccountAsync(RegionCode region, AccountPath path, CancellationToken cancellation) =>
        InBooksAsync(region, session => SqliteReads.Account(session, region, path), cancellation);

    public async ValueTask<IReadOnlyList<Account>> AccountsAsync(RegionCode region, AccountFilter filter, long afterNumber, int limit,
        CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteReads.Accounts(session, region, filter, afterNumber, limit), cancellation);

    public async ValueTask<IReadOnlyList<Account>> AccountsByPathAsync(RegionCode region, AccountFilter filter, string afterPath,
        int limit, CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteReads.AccountsByPath(session, region, filter, afterPath, limit), cancellation);

    public async ValueTask<IReadOnlyList<Account>> AccountsByLastDayAsync(
        RegionCode region, AccountFilter filter, DateOnly afterDay, string afterPath, int limit, CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteReads.AccountsByLastDay(session, region, filter, afterDay, afterPath, limit),
            cancellation);

    public ValueTask<StoredEntry?> EntryAsync(RegionCode region, long index, CancellationToken cancellation) =>
        _readers.ReadAsync(session => SqliteReads.Entry(session, region, index), cancellation);

    public ValueTask<StoredEntry?> EntryAsync(RegionCode region, EntryId id, CancellationToken cancellation) =>
        _readers.ReadAsync(session => SqliteReads.Entry(session, region, id), cancellation);

    public async ValueTask<IReadOnlyList<StoredEntry>> EntriesAsync(RegionCode region, long fromIndex, int limit,
        CancellationToken cancellation) =>
        await _readers.ReadAsync(session => SqliteReads.Entries(session, region, fromIndex, limit), cancellation);

    public async ValueTask<IReadOnlyList<LinkedEntry>> EntriesAsync(RegionCode region, EntryFilter filter, long beforeIndex, int limit,
        CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteFlows.Entries(session, region, filter, beforeIndex, limit), cancellation);

    public async ValueTask<IReadOnlyList<LinkedEntry>> EarliestEntriesAsync(RegionCode region, EntryFilter filter, long afterIndex,
        int limit, CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteFlows.EarliestEntries(session, region, filter, afterIndex, limit), cancellation);

    public async ValueTask<IReadOnlyList<StoredTransfer>> TransfersAsync(RegionCode region, IReadOnlyList<long> entries,
        CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteReads.Transfers(session, region, entries), cancellation);

    public async ValueTask<IReadOnlyList<Flow>> FlowsAsync(
        RegionCode region, AccountFilter filter, bool byCounter, IReadOnlyList<long> sizes, CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteFlows.Flows(session, region, filter, byCounter, sizes), cancellation);

    public async ValueTask<IReadOnlyList<Turnover>> TurnoversAsync(
        RegionCode region, long fromIndex, long size, (DateOnly First, DateOnly Last)? effective, CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteFlows.Turnovers(session, region, fromIndex, size, effective), cancellation);

    public async ValueTask<IReadOnlyList<Posting>> PostingsAsync(
        RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor after, int limit,
            CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteReads.PostingsOf(session, region, account, from, until, after, limit), cancellation);

    public async ValueTask<IReadOnlyList<Posting>> LatestPostingsAsync(
        RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor before, int limit,
            CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteReads.LatestPostingsOf(session, region, account, from, until, before, limit),
            cancellation);

    public async ValueTask<IReadOnlyDictionary<long,
        JournalEntry>> LastEntriesAsync(RegionCode region, IReadOnlyCollection<long> accounts, CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteReads.LastEntries(session, region, accounts), cancellation);

    public ValueTask<Counters> CountersBeforeAsync(RegionCode region, long account, LedgerTime time, CancellationToken cancellation) =>
        InBooksAsync(region, session => SqliteReads.Before(session, region, account, time), cancellation);

    public ValueTask<long> IndexAtAsync(RegionCode region, LedgerTime time, CancellationToken cancellation) =>
        _readers.ReadAsync(session => Math.Min(SqliteReads.IndexAt(session, region, time), SqliteReads.Head(session, region).Size),
            cancellation);

    public async ValueTask<IReadOnlyList<Account>> AccountsAsOfAsync(
        RegionCode region, AccountFilter filter, long size, string afterPath, int limit, CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteReads.AccountsAsOf(session, region, filter, size, afterPath, limit), cancellation);

    public async ValueTask<IReadOnlyList<JournalEntry>> OpenHoldsAsync(RegionCode region, long afterIndex, int limit,
        CancellationToken cancellation) =>
        await _readers.ReadAsync(session => SqliteReads.OpenHolds(session, region, afterIndex, limit), cancellation);

    public async ValueTask<IReadOnlyList<JournalEntry>> DueHoldsAsync(RegionCode region, LedgerTime at, int limit,
        CancellationToken cancellation) =>
        await _readers.ReadAsync(session => SqliteReads.DueHolds(session, region, at, limit), cancellation);

    public async ValueTask<IReadOnlyList<UnitTotals>> TrialBalanceAsync(RegionCode region, CancellationToken cancellation) =>
        await InBooksAsync(region, session => SqliteReads.TrialBalance(session, region), cancellation);

    public ValueTask<TrialBalance> TrialBalanceByClassAsync(RegionCode region, CancellationToken cancellation) =>
        InBooksAsync(region, session => SqliteReads.TrialBalanceByClass(session, region), cancellation);

    async ValueTask<(long Journal, long? Books)> IBooks.ProgressAsync(RegionCode region) => await _readers.ReadAsync(
        session => session.Prepare(SqliteBooks.ProgressQuery)
            .List(row => (row.GetInt64(0), LedgerRows.Number(row, 1)), region.Value) is [var progress] ? progress : (0, 0),
        CancellationToken.None);

    ValueTask<LedgerHead> IBooks.BooksHeadAsync(RegionCode region) =>
        _readers.ReadAsync(session => SqliteReads.BooksHead(session, region), CancellationToken.None);

    ValueTask<IReadOnlyList<StoredEntry>> IBooks.JournalAsync(RegionCode region, long from, int limit) =>
        EntriesAsync(region, from, limit, CancellationToken.None);

    async ValueTask<IReadOnlyList<Account>> IBooks.BookedAccountsAsync(RegionCode region, IReadOnlyCollection<long> numbers) =>
        await _readers.ReadAsync(session => SqlitePrefetch.Accounts(session, region, numbers), CancellationToken.None);

    async ValueTask<bool> IBooks.BookAsync(Bookings bookings)
    {
        try
        {
            return await _writer.BookAsync(bookings);
        }
        catch (AppendRefusedException refused)
        {
            throw new StorageUnavailableException(
                $"The journal of region {bookings.Region} can't be booked from entry {bookings.Before.Size} on: verify the database.",
                refused);
        }
    }

    /// <summary>Reads accounts and transfers once the books have everything that the journal has now.</summary>
    private async ValueTask<T> InBooksAsync<T>(RegionCode region, Func<SqliteSession, T> read, CancellationToken cancellation)
    {
        await _bookkeeper.CatchUpAsync(region, cancellation);
        return await _readers.ReadAsync(read, cancellation);
    }

    /// <summary>For tests: runs a statement on the writer's own connection.</summary>
    internal void WriterRuns(string sql) => _writer.Run(sql);

    public void Dispose()
    {
        _readers.Dispose();
        _writer.Dispose();
    }
}
