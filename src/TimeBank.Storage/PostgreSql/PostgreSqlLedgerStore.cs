using System.Data;
using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The journals of every region in one PostgreSQL database.</summary>
public sealed class PostgreSqlLedgerStore : ILedgerStore, ILedgerReader
{
    private readonly NpgsqlDataSource _writing, _reading;

    private readonly Bookkeeper _bookkeeper;

    private PostgreSqlLedgerStore(PostgreSqlDatabase database, int bookFrom)
    {
        (_writing, _reading) = (database.Writing, database.Reading);
        _bookkeeper = new Bookkeeper(new PostgreSqlBooks(database.Writing, database.Reading), bookFrom);
    }

    /// <summary>Opens a database. The caller still owns the <see cref="PostgreSqlDatabase"/> and disposes it.</summary>
    /// <param name="database">The database.</param>
    /// <param name="migrate">True migrates to this build's schema. False requires that schema.</param>
    /// <param name="bookFrom">The number of unbooked entries at which booking begins by itself.</param>
    /// <exception cref="SchemaMismatchException">The schema is newer than this build's, or not ours.</exception>
    /// <exception cref="StorageUnavailableException">The database can't be used.</exception>
    public static PostgreSqlLedgerStore Open(PostgreSqlDatabase database, bool migrate = true, int bookFrom = 4_096)
    {
        if (migrate) PostgreSqlSchema.Migrate(database);
        PostgreSqlSchema.Require(database);
        return new PostgreSqlLedgerStore(database, bookFrom);
    }

    public async ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation)
    {
        RegionCode region = append.Before.Region;
        try
        {
            AppendGuard.Check(append);
        }
        catch (AppendRefusedException)
        {
            LedgerHead head = await ReadHeadAsync(region, cancellation);
            if (!head.IsAt(append.Before)) return false;
            throw;
        }
        await _bookkeeper.MakeRoomAsync(region);
        bool stored = await _writing.CallAsync(connection => PostgreSqlAppend.RunAsync(connection, append), cancellation);
        // If the batch is not stored, or may be, the writer reads the head again.
        if (stored) _bookkeeper.Stored(append);
        return stored;
    }

    public ValueTask<Prefetched> PrefetchAsync(RegionCode region, PrefetchKeys keys, CancellationToken cancellation) =>
        _bookkeeper.PrefetchAsync(region, keys, rest => PostgreSqlPrefetch.ReadAsync(_writing, region, rest, cancellation));

    async ValueTask<LedgerHead> ILedgerStore.ReadHeadAsync(RegionCode region, CancellationToken cancellation)
    {
        LedgerHead head = await ReadHeadAsync(region, cancellation);
        _bookkeeper.Loaded(head);
        return head;
    }

    public async ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation) =>
        await PostgreSqlReads.Head(region).FirstAsync(_writing, LedgerRows.Head, cancellation) ?? LedgerHead.Empty(region);

    public async ValueTask<long> BookedAsync(RegionCode region, CancellationToken cancellation) =>
        (await PostgreSqlReads.BooksHead(region).FirstAsync(_reading, LedgerRows.BooksHead, cancellation))?.Size ?? 0;

    public ValueTask<IReadOnlyList<RegionCode>> RegionsAsync(CancellationToken cancellation) =>
        PostgreSqlReads.Regions().ListAsync(_reading, LedgerRows.Region, cancellation);

    public ValueTask<Account?> AccountAsync(RegionCode region, AccountPath path, CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlReads.Account(region, path).FirstAsync(_reading, LedgerRows.Account, cancellation),
            cancellation);

    public ValueTask<IReadOnlyList<Account>> AccountsAsync(RegionCode region, AccountFilter filter, long afterNumber, int limit,
        CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlReads.Accounts(region, filter, afterNumber, limit)
            .ListAsync(_reading, LedgerRows.Account, cancellation), cancellation);

    public ValueTask<IReadOnlyList<Account>> AccountsByPathAsync(RegionCode region, AccountFilter filter, string afterPath, int limit,
        CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlReads.AccountsByPath(region, filter, afterPath, limit)
            .ListAsync(_reading, LedgerRows.Account, cancellation), cancellation);

    public ValueTask<IReadOnlyList<Account>> AccountsByLastDayAsync(
        RegionCode region, AccountFilter filter, DateOnly afterDay, string afterPath, int limit, CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlReads.AccountsByLastDay(region, filter, afterDay, afterPath, limit)
            .ListAsync(_reading, LedgerRows.Account, cancellation), cancellation);

    public ValueTask<StoredEntry?> EntryAsync(RegionCode region, long index, CancellationToken cancellation) =>
        PostgreSqlReads.Entry(region, index).FirstAsync(_reading, LedgerRows.Entry, cancellation);

    public ValueTask<StoredEntry?> EntryAsync(RegionCode region, EntryId id, CancellationToken cancellation) =>
        PostgreSqlReads.Entry(region, id).FirstAsync(_reading, LedgerRows.Entry, cancellation);

    public ValueTask<IReadOnlyList<StoredEntry>> EntriesAsync(RegionCode region, long fromIndex, int limit,
        CancellationToken cancellation) =>
        PostgreSqlReads.Entries(region, fromIndex, limit).ListAsync(_reading, LedgerRows.Entry, cancellation);

    public ValueTask<IReadOnlyList<LinkedEntry>> EntriesAsync(RegionCode region, EntryFilter filter, long beforeIndex, int limit,
        CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlFlows.Entries(region, filter, beforeIndex, limit)
            .ListAsync(_reading, LedgerRows.LinkedEntry, cancellation), cancellation);

    public ValueTask<IReadOnlyList<LinkedEntry>> EarliestEntriesAsync(RegionCode region, EntryFilter filter, long afterIndex, int limit,
        CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlFlows.EarliestEntries(region, filter, afterIndex, limit)
            .ListAsync(_reading, LedgerRows.LinkedEntry, cancellation), cancellation);

    public ValueTask<IReadOnlyList<StoredTransfer>> TransfersAsync(RegionCode region, IReadOnlyList<long> entries,
        CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlReads.Transfers(region, entries).ListAsync(_reading, LedgerRows.Transfer, cancellation),
            cancellation);

    public ValueTask<IReadOnlyList<Flow>> FlowsAsync(
        RegionCode region, AccountFilter filter, bool byCounter, IReadOnlyList<long> sizes, CancellationToken cancellation) =>
        InBooksAsync(region, () => SnapshotAsync<IReadOnlyList<Flow>>(
            async connection =>
            [
                .. await PostgreSqlFlows.Flows(region, filter, byCounter, sizes, own: "debit", other: "credit")
                    .ListAsync(connection, row => LedgerRows.Flow(row, isDebit: true), cancellation),
                .. await PostgreSqlFlows.Flows(region, filter, byCounter, sizes, own: "credit", other: "debit")
                    .ListAsync(connection, row => LedgerRows.Flow(row, isDebit: false), cancellation),
            ],
            cancellation), cancellation);

    public ValueTask<IReadOnlyList<Turnover>> TurnoversAsync(
        RegionCode region, long fromIndex, long size, (DateOnly First, DateOnly Last)? effective, CancellationToken cancellation) =>
        InBooksAsync(region, () => SnapshotAsync<IReadOnlyList<Turnover>>(
            async connection =>
            {
                await PostgreSqlFlows.MayHash.ListAsync(connection, row => row.GetString(0), cancellation);
                return await PostgreSqlFlows.Turnovers(region, fromIndex, size, effective)
                    .ListAsync(connection, LedgerRows.Turnover, cancellation);
            },
            cancellation), cancellation);

    public ValueTask<IReadOnlyList<Posting>> PostingsAsync(
        RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor after, int limit,
            CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlReads.Postings(region, account, from, until, after, limit)
            .ListAsync(_reading, LedgerRows.Posting, cancellation), cancellation);

    public ValueTask<IReadOnlyList<Posting>> LatestPostingsAsync(
        RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor before, int limit,
            CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlReads.LatestPostings(region, account, from, until, before, limit)
            .ListAsync(_reading, LedgerRows.Posting, cancellation), cancellation);

    public async ValueTask<IReadOnlyDictionary<long,
        JournalEntry>> LastEntriesAsync(RegionCode region, IReadOnlyCollection<long> accounts, CancellationToken cancellation) =>
        (await InBooksAsync(region, () => PostgreSqlReads.LastEntries(region, accounts)
            .ListAsync(_reading, LedgerRows.LastEntry, cancellation), cancellation)).ToDictionary();

    public ValueTask<Counters> CountersBeforeAsync(RegionCode region, long account, LedgerTime time, CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlReads.CountersBefore(region, account, time)
            .FirstAsync(_reading, row => new Counters(0, row.GetInt64(0), 0, row.GetInt64(1)), cancellation), cancellation);

    public ValueTask<long> IndexAtAsync(RegionCode region, LedgerTime time, CancellationToken cancellation) =>
        PostgreSqlReads.IndexAt(region, time).FirstAsync(_reading, row => row.GetInt64(0), cancellation);

    public ValueTask<IReadOnlyList<Account>> AccountsAsOfAsync(RegionCode region, AccountFilter filter, long size, string afterPath,
        int limit, CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlReads.AccountsAsOf(region, filter, size, afterPath, limit)
            .ListAsync(_reading, LedgerRows.Account, cancellation), cancellation);

    public ValueTask<IReadOnlyList<JournalEntry>> OpenHoldsAsync(RegionCode region, long afterIndex, int limit,
        CancellationToken cancellation) =>
        PostgreSqlReads.OpenHolds(region, afterIndex, limit)
            .ListAsync(_reading, row => EntryCodec.Decode(LedgerRows.Bytes(row, 0)), cancellation);

    public ValueTask<IReadOnlyList<JournalEntry>> DueHoldsAsync(RegionCode region, LedgerTime at, int limit,
        CancellationToken cancellation) =>
        PostgreSqlReads.DueHolds(region, at, limit).ListAsync(_reading, row => EntryCodec.Decode(LedgerRows.Bytes(row, 0)), cancellation);

    public ValueTask<IReadOnlyList<UnitTotals>> TrialBalanceAsync(RegionCode region, CancellationToken cancellation) =>
        InBooksAsync(region, () => PostgreSqlReads.TrialBalance(region).ListAsync(_reading, LedgerRows.UnitTotals, cancellation),
            cancellation);

    public ValueTask<TrialBalance> TrialBalanceByClassAsync(RegionCode region, CancellationToken cancellation) =>
        InBooksAsync(region, () => SnapshotAsync(
            async connection => new TrialBalance(
                await PostgreSqlReads.BooksHead(region).ListAsync(connection, LedgerRows.BooksHead, cancellation) is [var head]
                    ? head : LedgerHead.Empty(region),
                await PostgreSqlReads.TrialBalanceByClass(region).ListAsync(connection, LedgerRows.ClassTotals, cancellation)),
            cancellation), cancellation);

    /// <summary>Reads accounts and transfers once the books have everything that the journal has now.</summary>
    private async ValueTask<T> InBooksAsync<T>(RegionCode region, Func<ValueTask<T>> read, CancellationToken cancellation)
    {
        await _bookkeeper.CatchUpAsync(region, cancellation);
        return await read();
    }

    private ValueTask<T> SnapshotAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellation) => _reading.CallAsync(
        async connection =>
        {
            await using NpgsqlTransaction snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            return await read(connection);
        },
        cancellation);
}
