using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The reader's queries on one connection.</summary>
internal static class SqliteReads
{
    // Each side's legs come in order from their own index, so a page costs what it shows, wherever it lies. By itself SQLite would walk the
    // whole journal from the cursor on.
    private static readonly string Postings = PostingsQuery(">", "ASC", "idx < $end"),
        LatestPostings = PostingsQuery("<", "DESC", "idx >= $end");

    // One starting point: of two bounds on that side, the cursor and the period, an index uses one and reads everything that the other
    // excludes.
    private static string PostingsQuery(string beyond, string order, string end) =>
        $"""
        SELECT e.bytes, p.position, p.is_debit, p.posted, p.debits, p.credits, c.path
        FROM (
            SELECT idx, position, 1 AS is_debit, posted, debit_debits AS debits, debit_credits AS credits, credit AS counter
            FROM transfers INDEXED BY transfers_by_debit
            WHERE region = $region AND debit = $account AND posted > 0 AND (idx, position) {beyond} ($idx, $position) AND {end}
            UNION ALL
            SELECT idx, position, 0, posted, credit_debits, credit_credits, debit
            FROM transfers INDEXED BY transfers_by_credit
            WHERE region = $region AND credit = $account AND posted > 0 AND (idx, position) {beyond} ($idx, $position) AND {end}
            ORDER BY idx {order}, position {order} LIMIT $limit
        ) p
        CROSS JOIN entries e ON e.region = $region AND e.idx = p.idx
        CROSS JOIN accounts c ON c.region = $region AND c.number = p.counter
        ORDER BY p.idx {order}, p.position {order}
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

    private const string LastEntryQuery =
        """
        SELECT $account, e.bytes FROM entries e WHERE e.region = $region AND e.idx = max(
            ifnull((SELECT idx FROM transfers INDEXED BY transfers_by_debit WHERE region = $region AND debit = $account AND posted > 0 ORDER BY idx DESC LIMIT 1), -1),
            ifnull((SELECT idx FROM transfers INDEXED BY transfers_by_credit WHERE region = $region AND credit = $account AND posted > 0 ORDER BY idx DESC LIMIT 1), -1))
        """;

    private static readonly string TrialBalanceQuery =
        $"""
        SELECT unit, {LedgerRows.TotalColumns}, count(*)
        FROM accounts WHERE region = $region GROUP BY unit ORDER BY unit
        """;

    private static readonly string Owned = string.Join(", ", Chart.OwnedByIds.Select(owned => $"'{owned}'"));

    private static readonly string ClassesQuery =
        $"""
        SELECT unit, {ClassOf("path")} AS class, {LedgerRows.TotalColumns}, count(*) FROM accounts WHERE region = $region GROUP BY unit, class ORDER BY unit, class
        """;

    // The same as Chart.ClassOf, but in the database: a region may have a million accounts.
    public static string ClassOf(string path)
    {
        string head = $"substr({path}, 1, instr({path} || '/', '/') - 1)", rest = $"substr({path}, instr({path} || '/', '/') + 1)";
        return $"CASE WHEN {head} IN ({Owned}) AND {rest} <> '' THEN {head} || '/*' || substr({rest}, instr({rest} || '/', '/')) "
            + $"ELSE {path} END";
    }

    private const string TransfersQuery =
        """
        SELECT t.idx, t.position, d.path, c.path, t.debit, t.credit, t.unit, t.posted, t.held, t.released, t.debit_debits, t.debit_credits, t.credit_debits, t.credit_credits
        FROM transfers t
        CROSS JOIN accounts d ON d.region = t.region AND d.number = t.debit
        CROSS JOIN accounts c ON c.region = t.region AND c.number = t.credit
        WHERE t.region = $region AND t.idx IN (SELECT value FROM json_each($entries))
        ORDER BY t.idx, t.position
        """;

    private const string OpenHoldsQuery =
        """
        SELECT e.bytes FROM holds h CROSS JOIN entries e ON e.region = h.region AND e.idx = h.idx
        WHERE h.region = $region AND h.idx > $after ORDER BY h.idx LIMIT $limit
        """;

    private const string DueHoldsQuery =
        """
        SELECT e.bytes FROM holds h CROSS JOIN entries e ON e.region = h.region AND e.idx = h.idx
        WHERE h.region = $region AND h.expires <= $at ORDER BY h.expires, h.idx LIMIT $limit
        """;

    public static LedgerHead Head(SqliteSession session, RegionCode region) =>
        session.Prepare($"SELECT {LedgerRows.HeadColumns} FROM ledger_head WHERE region = $region").First(LedgerRows.Head, region.Value)
            ?? LedgerHead.Empty(region);

    public static LedgerHead BooksHead(SqliteSession session, RegionCode region) =>
        session.Prepare($"SELECT {LedgerRows.BooksColumns} FROM books WHERE region = $region").First(LedgerRows.BooksHead, region.Value)
            ?? LedgerHead.Empty(region);

    public static List<RegionCode> Regions(SqliteSession session) =>
        session.Prepare("SELECT region FROM ledger_head ORDER BY region").List(LedgerRows.Region);

    public static Account? Account(SqliteSession session, RegionCode region, AccountPath path) =>
        session.Prepare($"SELECT {LedgerRows.AccountColumns} FROM accounts a WHERE a.region = $region AND a.path = $path")
            .First(LedgerRows.Account, region.Value, path.Text);

    public static List<Account> Accounts(SqliteSession session, RegionCode region, AccountFilter filter, long afterNumber, int limit) =>
        new SqliteConditions(
            $"SELECT {LedgerRows.AccountColumns} FROM accounts a {Way(filter, byNumber: true)} WHERE a.region = $region AND a.number "
                + "> $after", region.Value, afterNumber)
            .Accounts(filter)
            .Add(" ORDER BY a.number LIMIT $limit", limit)
            .List(session, LedgerRows.Account);

    public static List<Account> AccountsByPath(SqliteSession session, RegionCode region, AccountFilter filter, string afterPath,
        int limit) =>
        new SqliteConditions(
            $"SELECT {LedgerRows.AccountColumns} FROM accounts a {Way(filter)} WHERE a.region = $region AND a.path > $after", region.Value,
            afterPath)
            .Accounts(filter)
            .Add(" ORDER BY a.path LIMIT $limit", limit)
            .List(session, LedgerRows.Account);

    public static List<Account> AccountsByLastDay(SqliteSession session, RegionCode region, AccountFilter filter, DateOnly afterDay,
        string afterPath, int limit) =>
        new SqliteConditions(
            $"SELECT {LedgerRows.AccountColumns} FROM accounts a {Way(filter)} WHERE a.region = $region AND a.valid_until IS NOT NULL AND "
                + "(a.valid_until, a.path) > ($day, $path)",
            region.Value, LedgerRows.Date(afterDay), afterPath)
            .Accounts(filter)
            .Add(" ORDER BY a.valid_until, a.path LIMIT $limit", limit)
            .List(session, LedgerRows.Account);

    public static StoredEntry? Entry(SqliteSession session, RegionCode region, long index) =>
        session.Prepare($"SELECT {LedgerRows.EntryColumns} FROM entries e WHERE e.region = $region AND e.idx = $idx")
            .First(LedgerRows.Entry, region.Value, index);

    public static StoredEntry? Entry(SqliteSession session, RegionCode region, EntryId id) =>
        session.Prepare(
            $"SELECT {LedgerRows.EntryColumns} FROM outcomes o JOIN entries e ON e.region = o.region AND e.idx = o.idx WHERE o.region = "
                + "$region AND o.id = $id")
            .First(LedgerRows.Entry, region.Value, id.ToArray());

    public static List<StoredEntry> Entries(SqliteSession session, RegionCode region, long fromIndex, int limit) =>
        session.Prepare(
            $"SELECT {LedgerRows.EntryColumns} FROM entries e WHERE e.region = $region AND e.idx >= $from ORDER BY e.idx LIMIT $limit")
            .List(LedgerRows.Entry, region.Value, fromIndex, limit);

    public static List<Posting> PostingsOf(SqliteSession session, RegionCode region, long account, LedgerTime from, LedgerTime until,
        PostingCursor after, int limit)
    {
        long first = IndexAt(session, region, from), beyond = IndexAt(session, region, until);
        PostingCursor start = after.Index >= first ? after : new PostingCursor(first - 1, int.MaxValue);
        return session.Prepare(Postings).List(LedgerRows.Posting, region.Value, account, start.Index, start.Position, beyond, limit);
    }

    public static List<Posting> LatestPostingsOf(SqliteSession session, RegionCode region, long account, LedgerTime from, LedgerTime until,
        PostingCursor before, int limit)
    {
        long first = IndexAt(session, region, from), beyond = IndexAt(session, region, until);
        PostingCursor start = before.Index < beyond ? before : new PostingCursor(beyond, 0);
        return session.Prepare(LatestPostings).List(LedgerRows.Posting, region.Value, account, start.Index, start.Position, first, limit);
    }

    public static Dictionary<long,
        JournalEntry> LastEntries(SqliteSession session, RegionCode region, IReadOnlyCollection<long> accounts) => accounts
        .SelectMany(account => session.Prepare(LastEntryQuery).List(LedgerRows.LastEntry, account, region.Value))
        .ToDictionary();

    public static Counters Before(SqliteSession session, RegionCode region, long account, LedgerTime time) =>
        Before(session, region, account, IndexAt(session, region, time));

    private static Counters Before(SqliteSession session, RegionCode region, long account, long index) =>
        session.Prepare(CountersBefore).First(row => new Counters(0, row.GetInt64(0), 0, row.GetInt64(1)), region.Value, account, index);

    public static List<StoredTransfer> Transfers(SqliteSession session, RegionCode region, IReadOnlyList<long> entries) =>
        session.Prepare(TransfersQuery).List(LedgerRows.Transfer, region.Value, $"[{string.Join(',', entries)}]");

    public static List<Account> AccountsAsOf(SqliteSession session, RegionCode region, AccountFilter filter, long size, string afterPath,
        int limit)
    {
        List<Account> page = new SqliteConditions(
            $"SELECT {LedgerRows.AccountColumns} FROM accounts a {Way(filter)} WHERE a.region = $region AND a.path > $after AND a.opened "
                + "< $size", region.Value, afterPath, size)
            .Accounts(filter)
            .Add(" ORDER BY a.path LIMIT $limit", limit)
            .List(session, LedgerRows.Account);
        // SQLite runs in this process, where one more query is only one more call: look each account up by itself.
        return page.ConvertAll(account => account with { Counters = Before(session, region, account.Number, size) });
    }

    public static List<JournalEntry> OpenHolds(SqliteSession session, RegionCode region, long afterIndex, int limit) =>
        session.Prepare(OpenHoldsQuery).List(row => EntryCodec.Decode(LedgerRows.Bytes(row, 0)), region.Value, afterIndex, limit);

    public static List<JournalEntry> DueHolds(SqliteSession session, RegionCode region, LedgerTime at, int limit) =>
        session.Prepare(DueHoldsQuery).List(row => EntryCodec.Decode(LedgerRows.Bytes(row, 0)), region.Value, at.Microseconds, limit);

    public static List<UnitTotals> TrialBalance(SqliteSession session, RegionCode region) =>
        session.Prepare(TrialBalanceQuery).List(LedgerRows.UnitTotals, region.Value);

    public static TrialBalance TrialBalanceByClass(SqliteSession session, RegionCode region) =>
        new(BooksHead(session, region), session.Prepare(ClassesQuery).List(LedgerRows.ClassTotals, region.Value));

    /// <summary>The index of the first entry at or after a time; the largest number where there is none.</summary>
    public static long IndexAt(SqliteSession session, RegionCode region, LedgerTime time) =>
        session.Prepare("SELECT idx FROM entries WHERE region = $region AND time >= $time ORDER BY time LIMIT 1")
            .First(row => (long?)row.GetInt64(0), region.Value, time.Microseconds)
            ?? long.MaxValue;

    /// <summary>The index to use for accounts. By itself SQLite would walk all accounts in the requested order.</summary>
    /// <param name="filter">One owner has few accounts, which are quickly sorted. A group may have many, so its index is used only in the
    /// index's own order.</param>
    /// <param name="byNumber">True where the caller wants the accounts by number.</param>
    public static string Way(AccountFilter filter, bool byNumber = false) =>
        filter.Owner.Length > 0 ? "INDEXED BY accounts_by_owner" : byNumber && filter.Group.Length > 0
            ? "INDEXED BY accounts_by_group" : "";
}
