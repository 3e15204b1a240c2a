using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The books of every region: one round trip for a stretch of the journal, and by that one transaction.</summary>
internal sealed class PostgreSqlBooks(NpgsqlDataSource source) : IBooks
{
    private const string NextBooks =
        $"""
        WITH moved AS (
            UPDATE books SET size = $2, root = $3, frontier = $4, time = $5, accounts = $6 WHERE region = $1 AND size = $7 RETURNING 1)
        SELECT CASE WHEN count(*) <> 1 THEN stop_append('{PostgreSqlFault.HeadMoved}', 'The books have moved.') END FROM moved
        """;

    // What PostgreSqlAppend.EndedHolds says of keys holds here too.
    internal const string ChangedAccounts =
        $"""
        WITH changed AS (
            UPDATE accounts a SET flags = n.flags, debits_pending = n.dp, debits_posted = n.dd, credits_pending = n.cp, credits_posted = n.cc
            FROM (SELECT $1 AS region, n.* FROM unnest($2, $3, $4, $5, $6, $7) AS n (number, flags, dp, dd, cp, cc) LIMIT cardinality($2)) n
            WHERE a.region = n.region AND a.number = n.number RETURNING 1)
        SELECT CASE WHEN count(*) <> cardinality($2) THEN stop_append('{PostgreSqlFault.Refused}', 'An account that changes isn''t there.') END FROM changed
        """;

    private const string OpenedAccounts =
        """
        INSERT INTO accounts (region, number, flags, debits_pending, debits_posted, credits_pending, credits_posted,
            path, unit, opened, owner, grp, valid_from, valid_until, data)
        SELECT $1, number, flags, dp, dd, cp, cc, path, unit, opened, owner, grp, valid_from::date, valid_until::date, data
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            AS n (number, flags, dp, dd, cp, cc, path, unit, opened, owner, grp, valid_from, valid_until, data)
        """;

    private const string Transfers =
        """
        INSERT INTO transfers (region, idx, position, debit, credit, unit, posted, held, released, debit_debits, debit_credits, credit_debits, credit_credits)
        SELECT $1, n.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS n
        """;

    public async ValueTask<(long Journal, long Books)> ProgressAsync(RegionCode region) =>
        await PostgreSqlQuery.Of("SELECT h.size, b.size FROM ledger_head h JOIN books b ON b.region = h.region").Add($" WHERE h.region = {region.Value}")
            .FirstAsync(source, row => (row.GetInt64(0), row.GetInt64(1)), CancellationToken.None);

    public async ValueTask<LedgerHead> BooksHeadAsync(RegionCode region) =>
        await PostgreSqlReads.BooksHead(region).FirstAsync(source, LedgerRows.Head, CancellationToken.None) ?? LedgerHead.Empty(region);

    public ValueTask<IReadOnlyList<StoredEntry>> JournalAsync(RegionCode region, long from, int limit) =>
        PostgreSqlReads.Entries(region, from, limit).ListAsync(source, LedgerRows.Entry, CancellationToken.None);

    public ValueTask<IReadOnlyList<Account>> BookedAccountsAsync(RegionCode region, IReadOnlyCollection<long> numbers) =>
        PostgreSqlPrefetch.AccountsByNumberAsync(source, region, numbers);

    public ValueTask<bool> BookAsync(Bookings bookings) => source.CallAsync(connection => RunAsync(connection, bookings), CancellationToken.None);

    private static async Task<bool> RunAsync(NpgsqlConnection connection, Bookings bookings)
    {
        await using var batch = new NpgsqlBatch(connection);
        Write(batch, bookings);
        try
        {
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
            return true;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgreSqlFault.HeadMoved)
        {
            return false;
        }
        catch (PostgresException fault) when (PostgreSqlFault.Translate(fault) is AppendRefusedException refused)
        {
            throw new StorageUnavailableException($"The journal of region {bookings.Region} can't be booked from entry {bookings.Before.Size} on: verify the database.", refused);
        }
    }

    private static void Write(NpgsqlBatch batch, Bookings bookings)
    {
        LedgerHead after = bookings.After;
        PostgreSqlStatement Add(string sql) => PostgreSqlStatement.Add(batch, sql).Value(bookings.Region.Value);
        Add(NextBooks)
            .Value(after.Size).Value(after.Tree.Root.ToArray()).Value(after.Tree.ToArray()).Value(after.Time.Microseconds).Value(after.Accounts).Value(bookings.Before.Size);
        if (bookings.Changed.Count > 0) Counters(Add(ChangedAccounts), bookings.Changed);
        if (bookings.Opened.Count > 0) Open(Add(OpenedAccounts), bookings.Opened);
        IReadOnlyCollection<BookedTransfer> transfers = bookings.Transfers;
        if (transfers.Count == 0) return;
        Add(Transfers)
            .Column(transfers, row => row.Index).Column(transfers, row => row.Position)
            .Column(transfers, row => row.Moved.Debit).Column(transfers, row => row.Moved.Credit).Column(transfers, row => row.Moved.Unit.Code)
            .Column(transfers, row => row.Moved.Posted).Column(transfers, row => row.Moved.Held).Column(transfers, row => row.Moved.Released)
            .Column(transfers, row => row.After.Debit.DebitsPosted).Column(transfers, row => row.After.Debit.CreditsPosted)
            .Column(transfers, row => row.After.Credit.DebitsPosted).Column(transfers, row => row.After.Credit.CreditsPosted);
    }

    private static PostgreSqlStatement Counters(PostgreSqlStatement statement, IReadOnlyCollection<Account> accounts) => statement
        .Column(accounts, account => account.Number)
        .Column(accounts, account => (int)account.Flags)
        .Column(accounts, account => account.Counters.DebitsPending)
        .Column(accounts, account => account.Counters.DebitsPosted)
        .Column(accounts, account => account.Counters.CreditsPending)
        .Column(accounts, account => account.Counters.CreditsPosted);

    private static void Open(PostgreSqlStatement statement, IReadOnlyCollection<Account> accounts) => Counters(statement, accounts)
        .Column(accounts, account => account.Path.Text)
        .Column(accounts, account => account.Unit.Code)
        .Column(accounts, account => account.Opened)
        .Column(accounts, account => account.Terms?.Owner)
        .Column(accounts, account => account.Terms?.Group)
        .Column(accounts, account => LedgerRows.Date(account.Terms?.From))
        .Column(accounts, account => LedgerRows.Date(account.Terms?.Until))
        .Column(accounts, account => account.Terms?.Data);
}
