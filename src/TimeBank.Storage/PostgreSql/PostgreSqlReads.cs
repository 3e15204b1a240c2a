using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The reader's queries. Each is one statement, so its result is of one moment.</summary>
internal static class PostgreSqlReads
{
    public const string AccountColumns =
        "a.number, a.path, a.unit, a.flags, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted, a.opened, a.owner, "
            + $"a.grp, a.valid_from::text, a.valid_until::text, a.data";

    public static PostgreSqlQuery Head(RegionCode region) =>
        PostgreSqlQuery.Of($"SELECT {LedgerRows.HeadColumns} FROM ledger_head").Add($" WHERE region = {region.Value}");

    public static PostgreSqlQuery BooksHead(RegionCode region) =>
        PostgreSqlQuery.Of($"SELECT {LedgerRows.BooksColumns} FROM books").Add($" WHERE region = {region.Value}");

    public static PostgreSqlQuery Regions() => PostgreSqlQuery.Of("SELECT region FROM ledger_head ORDER BY region");

    public static PostgreSqlQuery Account(RegionCode region, AccountPath path) => AccountsOf(region).Add($" AND a.path = {path.Text}");

    public static PostgreSqlQuery Accounts(RegionCode region, AccountFilter filter, long afterNumber, int limit) =>
        AccountsOf(region).Add($" AND a.number > {afterNumber}").Accounts(filter).Add($" ORDER BY a.number LIMIT {limit}");

    public static PostgreSqlQuery AccountsByPath(RegionCode region, AccountFilter filter, string afterPath, int limit) =>
        AccountsOf(region).Add($" AND a.path > {afterPath}").Accounts(filter).Add($" ORDER BY a.path LIMIT {limit}");

    public static PostgreSqlQuery AccountsByLastDay(RegionCode region, AccountFilter filter, DateOnly afterDay, string afterPath,
        int limit) =>
        AccountsOf(region)
            .Add($" AND a.valid_until IS NOT NULL AND (a.valid_until, a.path) > ({LedgerRows.Date(afterDay)}::date, {afterPath})")
            .Accounts(filter)
            .Add($" ORDER BY a.valid_until, a.path LIMIT {limit}");

    public static PostgreSqlQuery Entry(RegionCode region, long index) =>
        EntriesOf().Add($" WHERE e.region = {region.Value} AND e.idx = {index}");

    public static PostgreSqlQuery Entry(RegionCode region, EntryId id) =>
        EntriesOf().Add($" JOIN outcomes o ON e.region = o.region AND e.idx = o.idx")
            .Add($" WHERE o.region = {region.Value} AND o.id = {id.ToGuid()}");

    public static PostgreSqlQuery Entries(RegionCode region, long fromIndex, int limit) =>
        EntriesOf().Add($" WHERE e.region = {region.Value} AND e.idx >= {fromIndex} ORDER BY e.idx LIMIT {limit}");

    public static PostgreSqlQuery Transfers(RegionCode region, IReadOnlyList<long> entries) => new PostgreSqlQuery().Add(
        $"""
        SELECT t.idx, t.position, d.path, c.path, t.debit, t.credit, t.unit, t.posted, t.held, t.released, t.debit_debits, t.debit_credits, t.credit_debits, t.credit_credits
        FROM transfers t
        JOIN accounts d ON d.region = t.region AND d.number = t.debit
        JOIN accounts c ON c.region = t.region AND c.number = t.credit
        WHERE t.region = {region.Value} AND t.idx = ANY ({entries.ToArray()})
        ORDER BY t.idx, t.position
        """);

    public static PostgreSqlQuery Postings(RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor after,
        int limit) =>
        Postings(region, account, limit, new SqlText(">"), new SqlText("ASC"), new SqlText("idx < (SELECT beyond FROM span)"), query =>
            query
            .Add($"SELECT greatest({after.Index}, first - 1) AS idx, CASE WHEN {after.Index} >= first THEN {after.Position} ELSE "
                + $"{int.MaxValue} END AS position, first, beyond FROM (SELECT ")
            .Span(region, from, until));

    public static PostgreSqlQuery LatestPostings(RegionCode region, long account, LedgerTime from, LedgerTime until, PostingCursor before,
        int limit) =>
        Postings(region, account, limit, new SqlText("<"), new SqlText("DESC"), new SqlText("idx >= (SELECT first FROM span)"), query =>
            query
            .Add($"SELECT least({before.Index}, beyond) AS idx, CASE WHEN {before.Index} < beyond THEN {before.Position} ELSE 0 END AS "
                + $"position, first, beyond FROM (SELECT ")
            .Span(region, from, until));

    public static PostgreSqlQuery LastEntries(RegionCode region, IReadOnlyCollection<long> accounts) => new PostgreSqlQuery().Add(
        $"""
        SELECT n.account, e.bytes FROM unnest({accounts.ToArray()}) AS n (account)
        CROSS JOIN LATERAL (
            SELECT max(idx) AS idx FROM (
                (SELECT idx FROM transfers WHERE region = {region.Value} AND debit = n.account AND posted > 0 ORDER BY idx DESC LIMIT 1)
                UNION ALL
                (SELECT idx FROM transfers WHERE region = {region.Value} AND credit = n.account AND posted > 0 ORDER BY idx DESC LIMIT 1)) legs) l
        JOIN entries e ON e.region = {region.Value} AND e.idx = l.idx
        """);

    public static PostgreSqlQuery CountersBefore(RegionCode region, long account, LedgerTime time)
    {
        var query = new PostgreSqlQuery();
        query.Add($"WITH span AS MATERIALIZED (SELECT ").FirstIndexFrom(region, time).Add($" AS beyond) SELECT debits, credits FROM (");
        Side("debit", isDebit: true);
        query.Add($" UNION ALL ");
        Side("credit", isDebit: false);
        return query.Add($") legs ORDER BY idx DESC, position DESC LIMIT 1");

        void Side(string own, bool isDebit) => Leg(query, region, account, own, isDebit)
            .Add($" AND idx < (SELECT beyond FROM span) ORDER BY idx DESC, position DESC LIMIT 1)");
    }

    public static PostgreSqlQuery IndexAt(RegionCode region, LedgerTime time) =>
        PostgreSqlQuery.Of("SELECT coalesce(").FirstIndexFrom(region, time).Add($", 0)");

    public static PostgreSqlQuery AccountsAsOf(RegionCode region, AccountFilter filter, long size, string afterPath, int limit) =>
        PostgreSqlQuery.Of(
        $"SELECT "
            + $"{AccountColumns.Replace("a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted",
                "0::bigint, coalesce(l.debits, 0), 0::bigint, coalesce(l.credits, 0)", StringComparison.Ordinal)} FROM (SELECT * FROM accounts a")
        .Add($" WHERE a.region = {region.Value} AND a.path > {afterPath} AND a.opened < {size}").Accounts(filter).Add(
        $"""
         ORDER BY a.path LIMIT {limit}) a LEFT JOIN LATERAL (
            SELECT debits, credits FROM (
                (SELECT idx, position, debit_debits AS debits, debit_credits AS credits FROM transfers
                 WHERE region = a.region AND debit = a.number AND posted > 0 AND idx < {size} ORDER BY idx DESC, position DESC LIMIT 1)
                UNION ALL
                (SELECT idx, position, credit_debits, credit_credits FROM transfers
                 WHERE region = a.region AND credit = a.number AND posted > 0 AND idx < {size} ORDER BY idx DESC, position DESC LIMIT 1)
            ) legs ORDER BY idx DESC, position DESC LIMIT 1) l ON true
        ORDER BY a.path
        """);

    public static PostgreSqlQuery OpenHolds(RegionCode region, long afterIndex, int limit) => new PostgreSqlQuery().Add(
        $"""
        SELECT e.bytes FROM holds h JOIN entries e ON e.region = h.region AND e.idx = h.idx
        WHERE h.region = {region.Value} AND h.idx > {afterIndex} ORDER BY h.idx LIMIT {limit}
        """);

    public static PostgreSqlQuery DueHolds(RegionCode region, LedgerTime at, int limit) => new PostgreSqlQuery().Add(
        $"""
        SELECT e.bytes FROM holds h JOIN entries e ON e.region = h.region AND e.idx = h.idx
        WHERE h.region = {region.Value} AND h.expires IS NOT NULL AND h.expires <= {at.Microseconds} ORDER BY h.expires, h.idx LIMIT {limit}
        """);

    public static PostgreSqlQuery TrialBalance(RegionCode region) =>
        PostgreSqlQuery.Of($"SELECT unit, {LedgerRows.TotalColumns}, count(*) FROM accounts")
            .Add($" WHERE region = {region.Value} GROUP BY unit ORDER BY unit");

    // The same as Chart.ClassOf, but in the database: a region may have a million accounts.
    public static string ClassOf(string path) =>
        $"CASE WHEN split_part({path}, '/', 1) IN ({Owned}) THEN regexp_replace({path}, '/[^/]*', '/*') ELSE {path} END";

    private static readonly string Owned = string.Join(", ", Chart.OwnedByIds.Select(owned => $"'{owned}'"));

    public static PostgreSqlQuery TrialBalanceByClass(RegionCode region) => PostgreSqlQuery.Of(
        $"""
        SELECT unit, {ClassOf("path")} AS class, {LedgerRows.TotalColumns}, count(*)
        FROM accounts
        """).Add($" WHERE region = {region.Value} GROUP BY unit, class ORDER BY unit, class");

    /// <summary>
    /// The index of the first entry at or after a time; the journal's size where there is none. Time rises with the index, so the query
    /// finds it by halving.
    /// </summary>
    public static PostgreSqlQuery FirstIndexFrom(this PostgreSqlQuery query, RegionCode region, LedgerTime time) => query.Add(
        $"""
        (WITH RECURSIVE halving (low, high) AS (
            SELECT 0::bigint, size FROM ledger_head WHERE region = {region.Value}
            UNION ALL
            SELECT CASE WHEN e.time < {time.Microseconds} THEN e.idx + 1 ELSE low END, CASE WHEN e.time < {time.Microseconds} THEN high ELSE e.idx END
            FROM halving JOIN entries e ON e.region = {region.Value} AND e.idx = (low + high) / 2 WHERE low < high)
        SELECT max(low) FROM halving)
        """);

    private static PostgreSqlQuery AccountsOf(RegionCode region) =>
        PostgreSqlQuery.Of($"SELECT {AccountColumns} FROM accounts a").Add($" WHERE a.region = {region.Value}");

    private static PostgreSqlQuery EntriesOf() => PostgreSqlQuery.Of($"SELECT {LedgerRows.EntryColumns} FROM entries e");

    private static PostgreSqlQuery Span(this PostgreSqlQuery query, RegionCode region, LedgerTime from, LedgerTime until) =>
        query.FirstIndexFrom(region, from).Add($" AS first, ").FirstIndexFrom(region, until).Add($" AS beyond) period");

    // Each side's legs come in order from their own index, and no further than the page, so a page costs what it shows, wherever it lies.
    // This needs one starting point: of two lower bounds, the cursor and the period, an index uses one and reads everything that the other
    // excludes.
    private static PostgreSqlQuery Postings(RegionCode region, long account, int limit, SqlText beyond, SqlText order, SqlText end,
        Action<PostgreSqlQuery> span)
    {
        PostgreSqlQuery query = PostgreSqlQuery.Of("WITH span AS MATERIALIZED (");
        span(query);
        query.Add($") SELECT e.bytes, p.position, p.is_debit, p.posted, p.debits, p.credits, c.path FROM (");
        Side("debit", isDebit: true);
        query.Add($" UNION ALL ");
        Side("credit", isDebit: false);
        return query.Add(
            $"""
             ORDER BY idx {order}, position {order} LIMIT {limit}) p
            JOIN entries e ON e.region = {region.Value} AND e.idx = p.idx
            JOIN accounts c ON c.region = {region.Value} AND c.number = p.counter
            ORDER BY p.idx {order}, p.position {order}
            """);

        void Side(string own, bool isDebit) => Leg(query, region, account, own, isDebit).Add(
            $"""
             AND (idx, position) {beyond} ((SELECT idx FROM span), (SELECT position FROM span)) AND {end}
            ORDER BY idx {order}, position {order} LIMIT {limit})
            """);
    }

    /// <summary>Begins a subquery of one side's legs of an account. The caller ends it.</summary>
    private static PostgreSqlQuery Leg(PostgreSqlQuery query, RegionCode region, long account, string own, bool isDebit)
    {
        SqlText side = new(own), other = new(isDebit ? "credit" : "debit");
        return query.Add(
            $"""
            (SELECT idx, position, {new SqlText(isDebit ? "1" : "0")} AS is_debit, posted, {side}_debits AS debits, {side}_credits AS credits, {other} AS counter
            FROM transfers WHERE region = {region.Value} AND {side} = {account} AND posted > 0
            """);
    }
}
