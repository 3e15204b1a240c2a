using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The books of every region. Each stretch of the journal is one transaction.</summary>
/// <param name="reading">Readers use this pool to ask whether anything is unbooked, so that no list takes a writer's connection.</param>
internal sealed class PostgreSqlBooks(NpgsqlDataSource source, NpgsqlDataSource reading) : IBooks
{
    private const string NextBooks =
        $"""
        WITH moved AS (
            UPDATE books SET size = $2, root = $3, frontier = $4, time = $5, accounts = $6
            WHERE region = $1 AND size = $7 AND root = $8 AND EXISTS (SELECT FROM entries e WHERE e.region = $1 AND e.idx = $2 - 1 AND e.leaf = $9) RETURNING 1)
        SELECT CASE WHEN count(*) <> 1 THEN stop_append('{PostgreSqlFault.HeadMoved}', 'The books have moved.') END FROM moved
        """;

    // For the keys see PostgreSqlAppend.EndedHolds.
    internal const string ChangedAccounts =
        $"""
        WITH changed AS (
            UPDATE accounts a SET flags = n.flags, debits_pending = n.dp, debits_posted = n.dd, credits_pending = n.cp, credits_posted = n.cc
            FROM (SELECT $1 AS region, n.* FROM unnest($2, $3, $4, $5, $6, $7) AS n (number, flags, dp, dd, cp, cc) LIMIT cardinality($2)) n
            WHERE a.region = n.region AND a.number = n.number RETURNING 1)
        SELECT CASE WHEN count(*) <> cardinality($2) THEN stop_append('{PostgreSqlFault.Refused}', 'An account that changes isn''t there.') END FROM changed
        """;

    private static readonly PostgreSqlInsert<Account> OpenedAccounts = new PostgreSqlInsert<Account>("accounts")
        .Column("number", account => account.Number)
        .Column("flags", account => (int)account.Flags)
        .Column("debits_pending", account => account.Counters.DebitsPending)
        .Column("debits_posted", account => account.Counters.DebitsPosted)
        .Column("credits_pending", account => account.Counters.CreditsPending)
        .Column("credits_posted", account => account.Counters.CreditsPosted)
        .Column("path", account => account.Path.Text)
        .Column("unit", account => account.Unit.Code)
        .Column("opened", account => account.Opened)
        .Column("owner", account => account.Terms?.Owner)
        .Column("grp", account => account.Terms?.Group)
        .Column("valid_from", account => account.Terms?.From)
        .Column("valid_until", account => account.Terms?.Until)
        .Column("data", account => account.Terms?.Data);

    // COPY instead of INSERT: PostgreSQL then logs a page of rows as one record.
    private const string Transfers =
        """
        COPY transfers (region, idx, position, debit, credit, unit, posted, held, released, debit_debits, debit_credits, credit_debits, credit_credits)
        FROM STDIN (FORMAT BINARY)
        """;

    public async ValueTask<(long Journal, long? Books)> ProgressAsync(RegionCode region) =>
        await PostgreSqlQuery.Of("SELECT h.size, b.size FROM ledger_head h LEFT JOIN books b ON b.region = h.region")
            .Add($" WHERE h.region = {region.Value}")
            .ListAsync(reading, row => (row.GetInt64(0), LedgerRows.Number(row, 1)), CancellationToken.None) is [var progress]
            ? progress : (0, 0);

    public async ValueTask<LedgerHead> BooksHeadAsync(RegionCode region) =>
        await PostgreSqlReads.BooksHead(region).FirstAsync(source, LedgerRows.BooksHead, CancellationToken.None)
            ?? LedgerHead.Empty(region);

    public ValueTask<IReadOnlyList<StoredEntry>> JournalAsync(RegionCode region, long from, int limit) =>
        PostgreSqlReads.Entries(region, from, limit).ListAsync(source, LedgerRows.Entry, CancellationToken.None);

    public ValueTask<IReadOnlyList<Account>> BookedAccountsAsync(RegionCode region, IReadOnlyCollection<long> numbers) =>
        PostgreSqlPrefetch.AccountsByNumberAsync(source, region, numbers);

    public ValueTask<bool> BookAsync(Bookings bookings) =>
        source.CallAsync(connection => RunAsync(connection, bookings), CancellationToken.None);

    private static async Task<bool> RunAsync(NpgsqlConnection connection, Bookings bookings)
    {
        try
        {
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
            await WriteAccountsAsync(connection, bookings);
            if (bookings.Transfers.Count > 0) await CopyTransfersAsync(connection, bookings);
            await transaction.CommitAsync();
            return true;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgreSqlFault.HeadMoved)
        {
            return false;
        }
        catch (PostgresException fault) when (PostgreSqlFault.Translate(fault) is AppendRefusedException refused)
        {
            throw new StorageUnavailableException(
                $"The journal of region {bookings.Region} can't be booked from entry {bookings.Before.Size} on: verify the database.",
                refused);
        }
    }

    private static async Task WriteAccountsAsync(NpgsqlConnection connection, Bookings bookings)
    {
        LedgerHead after = bookings.After;
        await using var batch = new NpgsqlBatch(connection);
        PostgreSqlStatement Add(string sql) => PostgreSqlStatement.Add(batch, sql).Value(bookings.Region.Value);
        Add(NextBooks)
            .Value(after.Size).Value(after.Tree.Root.ToArray()).Value(after.Tree.ToArray()).Value(after.Time.Microseconds)
            .Value(after.Accounts)
            .Value(bookings.Before.Size).Value(bookings.Before.Tree.Root.ToArray()).Value(bookings.LastLeaf.ToArray());
        if (bookings.Changed.Count > 0) Counters(Add(ChangedAccounts), bookings.Changed);
        OpenedAccounts.Add(batch, bookings.Region, bookings.Opened);
        await batch.ExecuteNonQueryAsync();
    }

    private static async Task CopyTransfersAsync(NpgsqlConnection connection, Bookings bookings)
    {
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(Transfers);
        foreach (BookedTransfer row in bookings.Transfers)
        {
            Transfer moved = row.Moved;
            await copy.StartRowAsync();
            await copy.WriteAsync(bookings.Region.Value);
            await copy.WriteAsync(row.Index);
            await copy.WriteAsync(row.Position);
            await copy.WriteAsync(moved.Debit);
            await copy.WriteAsync(moved.Credit);
            await copy.WriteAsync(moved.Unit.Code);
            await copy.WriteAsync(moved.Posted);
            await copy.WriteAsync(moved.Held);
            await copy.WriteAsync(moved.Released);
            await copy.WriteAsync(row.After.Debit.DebitsPosted);
            await copy.WriteAsync(row.After.Debit.CreditsPosted);
            await copy.WriteAsync(row.After.Credit.DebitsPosted);
            await copy.WriteAsync(row.After.Credit.CreditsPosted);
        }
        await copy.CompleteAsync();
    }

    private static PostgreSqlStatement Counters(PostgreSqlStatement statement, IReadOnlyCollection<Account> accounts) => statement
        .Column(accounts, account => account.Number)
        .Column(accounts, account => (int)account.Flags)
        .Column(accounts, account => account.Counters.DebitsPending)
        .Column(accounts, account => account.Counters.DebitsPosted)
        .Column(accounts, account => account.Counters.CreditsPending)
        .Column(accounts, account => account.Counters.CreditsPosted);
}
