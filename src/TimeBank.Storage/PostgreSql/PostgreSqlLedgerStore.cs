using System.Data;
using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The journals of every region in one PostgreSQL database.</summary>
public sealed class PostgreSqlLedgerStore : ILedgerStore, ILedgerReader
{
    private readonly NpgsqlDataSource _writing, _reading;

    private PostgreSqlLedgerStore(PostgreSqlDatabase database) => (_writing, _reading) = (database.Writing, database.Reading);

    /// <summary>Opens a database. Whoever made the database disposes of it.</summary>
    /// <param name="database">The database.</param>
    /// <param name="migrate">Whether to bring it to this build's schema; otherwise it must have it.</param>
    /// <exception cref="SchemaMismatchException">Its schema is newer than this build's, or isn't ours.</exception>
    /// <exception cref="StorageUnavailableException">It can't be used.</exception>
    public static PostgreSqlLedgerStore Open(PostgreSqlDatabase database, bool migrate = true)
    {
        if (migrate) PostgreSqlSchema.Migrate(database);
        else PostgreSqlSchema.Require(database);
        return new PostgreSqlLedgerStore(database);
    }

    public async ValueTask<bool> AppendAsync(LedgerAppend append, CancellationToken cancellation)
    {
        try
        {
            AppendGuard.Check(append);
        }
        catch (AppendRefusedException)
        {
            LedgerHead head = await ReadHeadAsync(append.Before.Region, cancellation);
            if (!head.IsAt(append.Before)) return false;
            throw;
        }
        return await _writing.CallAsync(connection => PostgreSqlAppend.RunAsync(connection, append), cancellation);
    }

    public ValueTask<Prefetched> PrefetchAsync(RegionCode region, PrefetchKeys keys, CancellationToken cancellation) =>
        PostgreSqlPrefetch.ReadAsync(_writing, region, keys, cancellation);

    public async ValueTask<LedgerHead> ReadHeadAsync(RegionCode region, CancellationToken cancellation) =>
        await PostgreSqlReads.Head(region).FirstAsync(_writing, LedgerRows.Head, cancellation) ?? LedgerHead.Empty(region);

    public ValueTask<IReadOnlyList<RegionCode>> RegionsAsync(CancellationToken cancellation) => PostgreSqlReads.Regions().ListAsync(_reading, LedgerRows.Region, cancellation);

    public ValueTask<Account?> AccountAsync(RegionCode region, AccountPath path, CancellationToken cancellation) =>
        PostgreSqlReads.Account(region, path).FirstAsync(_reading, LedgerRows.Account, cancellation);

    public ValueTask<IReadOnlyList<Account>> AccountsAsync(RegionCode region, AccountFilter filter, long afterNumber, int limit, CancellationToken cancellation) =>
        PostgreSqlReads.Accounts(region, filter, afterNumber, limit).ListAsync(_reading, LedgerRows.Account, cancellation);

    public ValueTask<IReadOnlyList<Account>> AccountsByPathAsync(RegionCode region, AccountFilter filter, string afterPath, int limit, CancellationToken cancellation) =>
        PostgreSqlReads.AccountsByPath(region, filter, afterPath, limit).ListAsync(_reading, LedgerRows.Account, cancellation);

    public ValueTask<IReadOnlyList<Account>> AccountsByLastDayAsync(
        RegionCode region, AccountFilter filter, DateOnly afterDay, string afterPath, int limit, CancellationToken cancellation) =>
        PostgreSqlReads.AccountsByLastDay(region, filter, afterDay, afterPath, limit).ListAsync(_reading, LedgerRows.Account, cancellation);

    public ValueTask<StoredEntry?> EntryAsync(RegionCode region, long index, CancellationToken cancellation) =>
        PostgreSqlReads.Entry(region, index).FirstAsync(_reading, LedgerRows.Entry, cancellation);

    public ValueTask<StoredEntry?> EntryAsync(RegionCode region, EntryId id, CancellationToken cancellation) =>
        PostgreSqlReads.Entry(region, id).FirstAsync(_reading, LedgerRows.Entry, cancellation);

    public ValueTask<IReadOnlyList<StoredEntry>> EntriesAsync(RegionCode region, long fromIndex, int limit, CancellationToken cancellation) =>
        PostgreSqlReads.Entries(region, fromIndex, limit).ListAsync(_reading, LedgerRows.Entry, cancellation);

    public ValueTask<IReadOnlyList<LinkedEntry>> EntriesAsync(RegionCode region, EntryFilter filter, long beforeIndex, int limit, CancellationToken cancellation) =>
        PostgreSqlFlows.Entries(region, filter, beforeIndex, limit).ListAsync(_reading, LedgerRows.LinkedEntry, cancellation);

    public ValueTask<IReadOnlyList<LinkedEntry>> EarliestEntriesAsync(RegionCode region, EntryFilter filter, long afterIndex, int limit, CancellationToken cancellation) =>
        PostgreSqlFlows.EarliestEntries(region, filter, afterIndex, limit).ListAsync(_reading, LedgerRows.LinkedEntry, cancellation);

    public ValueTask<IReadOnlyList<StoredTransfer>> TransfersAsync(RegionCode region, IReadOnlyList<long> entries, CancellationToken cancellation) =>
        PostgreSqlReads.Transfers(region, entries).ListAsync(_reading, LedgerRows.Transfer, cancellation);

    public ValueTask<IReadOnlyList<Flow>> FlowsAsync(RegionCode region, AccountFilter filter, bool byCounter, CancellationToken cancellation) =>
        SnapshotAsync<IReadOnlyList<Flow>>(
            async connection =>
            [
                .. await PostgreSqlFlows.Flows(region, filter, byCounter, own: "debit", other: "credit").ListAsync(connection, row => LedgerRows.Flow(row, isDebit: true), cancellation),
                .. await PostgreSqlFlows.Flows(region, filter, byCounter, own: "credit", other: "debit").ListAsync(connection, row => LedgerRows.Flow(row, isDebit: false), cancellation),
            ],
            cancellation);

    public ValueTask<IReadOnlyList<Posting>> PostingsAsync(
        RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor after, int limit, CancellationToken cancellation) =>
        PostgreSqlReads.Postings(region, account, from, until, after, limit).ListAsync(_reading, LedgerRows.Posting, cancellation);

    public ValueTask<IReadOnlyList<Posting>> LatestPostingsAsync(
        RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor before, int limit, CancellationToken cancellation) =>
        PostgreSqlReads.LatestPostings(region, account, from, until, before, limit).ListAsync(_reading, LedgerRows.Posting, cancellation);

    public ValueTask<Counters> CountersBeforeAsync(RegionCode region, long account, LedgerTime time, CancellationToken cancellation) =>
        PostgreSqlReads.CountersBefore(region, account, time).FirstAsync(_reading, row => new Counters(0, row.GetInt64(0), 0, row.GetInt64(1)), cancellation);

    public ValueTask<long> IndexAtAsync(RegionCode region, LedgerTime time, CancellationToken cancellation) =>
        PostgreSqlReads.IndexAt(region, time).FirstAsync(_reading, row => row.GetInt64(0), cancellation);

    public ValueTask<IReadOnlyList<Account>> AccountsAsOfAsync(RegionCode region, AccountFilter filter, long size, string afterPath, int limit, CancellationToken cancellation) =>
        PostgreSqlReads.AccountsAsOf(region, filter, size, afterPath, limit).ListAsync(_reading, LedgerRows.Account, cancellation);

    public ValueTask<IReadOnlyList<JournalEntry>> OpenHoldsAsync(RegionCode region, long afterIndex, int limit, CancellationToken cancellation) =>
        PostgreSqlReads.OpenHolds(region, afterIndex, limit).ListAsync(_reading, row => EntryCodec.Decode(LedgerRows.Bytes(row, 0)), cancellation);

    public ValueTask<IReadOnlyList<JournalEntry>> DueHoldsAsync(RegionCode region, LedgerTime at, int limit, CancellationToken cancellation) =>
        PostgreSqlReads.DueHolds(region, at, limit).ListAsync(_reading, row => EntryCodec.Decode(LedgerRows.Bytes(row, 0)), cancellation);

    public ValueTask<IReadOnlyList<UnitTotals>> TrialBalanceAsync(RegionCode region, CancellationToken cancellation) =>
        PostgreSqlReads.TrialBalance(region).ListAsync(_reading, LedgerRows.UnitTotals, cancellation);

    public ValueTask<TrialBalance> TrialBalanceByClassAsync(RegionCode region, CancellationToken cancellation) =>
        SnapshotAsync(
            async connection => new TrialBalance(
                await PostgreSqlReads.Head(region).ListAsync(connection, LedgerRows.Head, cancellation) is [var head] ? head : LedgerHead.Empty(region),
                await PostgreSqlReads.TrialBalanceByClass(region).ListAsync(connection, LedgerRows.ClassTotals, cancellation)),
            cancellation);

    /// <summary>Several queries that see one moment.</summary>
    private ValueTask<T> SnapshotAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellation) => _reading.CallAsync(
        async connection =>
        {
            await using NpgsqlTransaction snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            return await read(connection);
        },
        cancellation);
}
