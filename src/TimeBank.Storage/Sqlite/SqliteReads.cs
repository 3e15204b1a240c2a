using Microsoft.Data.Sqlite;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The reader's queries on one connection.</summary>
internal static class SqliteReads
{
    // Each side's legs come in order from an index of their own, so a page costs what it shows, wherever it lies. Left to itself,
    // SQLite would walk the whole journal from the cursor on.
    internal const string Postings =
        $"""
        SELECT e.bytes, p.position, p.is_debit, p.posted, p.debits, p.credits, c.path
        FROM (
            SELECT idx, position, 1 AS is_debit, posted, debit_debits AS debits, debit_credits AS credits, credit AS counter
            FROM transfers INDEXED BY transfers_by_debit
            WHERE region = $region AND debit = $account AND posted > 0 AND (idx, position) > ($idx, $position) AND idx >= $from AND idx < $until
            UNION ALL
            SELECT idx, position, 0, posted, credit_debits, credit_credits, debit
            FROM transfers INDEXED BY transfers_by_credit
            WHERE region = $region AND credit = $account AND posted > 0 AND (idx, position) > ($idx, $position) AND idx >= $from AND idx < $until
            ORDER BY idx, position LIMIT $limit
        ) p
        CROSS JOIN entries e ON e.region = $region AND e.idx = p.idx
        CROSS JOIN accounts c ON c.region = $region AND c.number = p.counter
        ORDER BY p.idx, p.position
        """;

    private const string CountersBefore =
        """
        SELECT debits, credits FROM (
            SELECT * FROM (
                SELECT idx, position, debit_debits AS debits, debit_credits AS credits FROM transfers INDEXED BY transfers_by_debit
                WHERE region = $region AND debit = $account AND posted > 0 AND idx < $until ORDER BY idx DESC, position DESC LIMIT 1)
            UNION ALL
            SELECT * FROM (
                SELECT idx, position, credit_debits, credit_credits FROM transfers INDEXED BY transfers_by_credit
                WHERE region = $region AND credit = $account AND posted > 0 AND idx < $until ORDER BY idx DESC, position DESC LIMIT 1)
        ) ORDER BY idx DESC, position DESC LIMIT 1
        """;

    private const string TrialBalanceQuery =
        """
        SELECT unit, sum(debits_pending), sum(debits_posted), sum(credits_pending), sum(credits_posted), count(*)
        FROM accounts WHERE region = $region GROUP BY unit ORDER BY unit
        """;

    private const string DueHoldsQuery =
        """
        SELECT e.bytes FROM holds h CROSS JOIN entries e ON e.region = h.region AND e.idx = h.idx
        WHERE h.region = $region AND h.expires <= $at ORDER BY h.expires, h.idx LIMIT $limit
        """;

    public static LedgerHead Head(SqliteSession session, RegionCode region) =>
        session.Prepare($"SELECT {SqliteRows.HeadColumns} FROM ledger_head WHERE region = $region").First(SqliteRows.Head, region.Value) ?? LedgerHead.Empty(region);

    public static List<RegionCode> Regions(SqliteSession session) => session.Prepare("SELECT region FROM ledger_head ORDER BY region").List(SqliteRows.Region);

    public static Account? Account(SqliteSession session, RegionCode region, AccountPath path) =>
        session.Prepare($"SELECT {SqliteRows.AccountColumns} FROM accounts a WHERE a.region = $region AND a.path = $path").First(SqliteRows.Account, region.Value, path.Text);

    public static List<Account> Accounts(SqliteSession session, RegionCode region, AccountFilter filter, long afterNumber, int limit) =>
        new SqliteConditions($"SELECT {SqliteRows.AccountColumns} FROM accounts a WHERE a.region = $region AND a.number > $after", region.Value, afterNumber)
            .Accounts(filter)
            .Add(" ORDER BY a.number LIMIT $limit", limit)
            .List(session, SqliteRows.Account);

    public static StoredEntry? Entry(SqliteSession session, RegionCode region, long index) =>
        session.Prepare($"SELECT {SqliteRows.EntryColumns} FROM entries e WHERE e.region = $region AND e.idx = $idx").First(SqliteRows.Entry, region.Value, index);

    public static StoredEntry? Entry(SqliteSession session, RegionCode region, EntryId id) =>
        session.Prepare($"SELECT {SqliteRows.EntryColumns} FROM outcomes o JOIN entries e ON e.region = o.region AND e.idx = o.idx WHERE o.region = $region AND o.id = $id")
            .First(SqliteRows.Entry, region.Value, id.ToArray());

    public static List<StoredEntry> Entries(SqliteSession session, RegionCode region, long fromIndex, int limit) =>
        session.Prepare($"SELECT {SqliteRows.EntryColumns} FROM entries e WHERE e.region = $region AND e.idx >= $from ORDER BY e.idx LIMIT $limit")
            .List(SqliteRows.Entry, region.Value, fromIndex, limit);

    public static List<Posting> PostingsOf(SqliteSession session, RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor after, int limit) =>
        session.Prepare(Postings).List(Posting, region.Value, account, after.Index, after.Position, IndexAt(session, region, from), IndexAt(session, region, until), limit);

    public static Counters Before(SqliteSession session, RegionCode region, long account, LedgerTime time) =>
        session.Prepare(CountersBefore).First(row => new Counters(0, row.GetInt64(0), 0, row.GetInt64(1)), region.Value, account, IndexAt(session, region, time));

    public static List<JournalEntry> DueHolds(SqliteSession session, RegionCode region, LedgerTime at, int limit) =>
        session.Prepare(DueHoldsQuery).List(row => EntryCodec.Decode(SqliteRows.Bytes(row, 0)), region.Value, at.Microseconds, limit);

    public static List<UnitTotals> TrialBalance(SqliteSession session, RegionCode region) =>
        session.Prepare(TrialBalanceQuery).List(
            row => new UnitTotals(Unit.Parse(row.GetString(0)), new Counters(row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)), row.GetInt64(5)),
            region.Value);

    /// <summary>The index of the first entry that isn't before a time; past every entry where there is none.</summary>
    private static long IndexAt(SqliteSession session, RegionCode region, LedgerTime time) =>
        session.Prepare("SELECT idx FROM entries WHERE region = $region AND time >= $time ORDER BY time LIMIT 1").First(row => (long?)row.GetInt64(0), region.Value, time.Microseconds)
            ?? long.MaxValue;

    private static Posting Posting(SqliteDataReader row) => new(
        EntryCodec.Decode(SqliteRows.Bytes(row, 0)), row.GetInt32(1), row.GetInt64(2) != 0, row.GetInt64(3),
        new Counters(0, row.GetInt64(4), 0, row.GetInt64(5)), AccountPath.Parse(row.GetString(6)));
}
