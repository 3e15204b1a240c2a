using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The reader's queries about events: lists of entries, and sums by event.</summary>
internal static class SqliteFlows
{
    private const int Plain = (int)EntryKind.Post, Reversal = (int)EntryKind.Reverse;

    public static List<LinkedEntry> Entries(SqliteSession session, RegionCode region, EntryFilter filter, long beforeIndex, int limit) =>
        Entries(session, region, filter, "DESC", -1, beforeIndex, limit);

    public static List<LinkedEntry> EarliestEntries(SqliteSession session, RegionCode region, EntryFilter filter, long afterIndex,
        int limit) =>
        Entries(session, region, filter, "ASC", afterIndex, long.MaxValue, limit);

    private static List<LinkedEntry> Entries(SqliteSession session, RegionCode region, EntryFilter filter, string order, long after,
        long before, int limit)
    {
        // Index and time rise together, so turn the period into indexes: a page then costs what it shows, wherever the period lies. Give
        // one bound on each side: of two bounds an index uses one and reads everything that the other excludes.
        if (filter.From is { } from) after = Math.Max(after, SqliteReads.IndexAt(session, region, from) - 1);
        if (filter.Until is { } until) before = Math.Min(before, SqliteReads.IndexAt(session, region, until));
        var query = new SqliteConditions(
            $"""
            SELECT e.bytes, x.idx, r.idx FROM entries e {Way(filter)}
            LEFT JOIN entries x ON x.region = e.region AND x.of_idx = e.idx AND x.kind IN (3, 4, 5)
            LEFT JOIN entries r ON r.region = e.region AND r.of_idx = e.idx AND r.kind = {Reversal}
            WHERE e.region = $region AND e.idx > $after AND e.idx < $before
            """, region.Value, after, before);
        query.If(filter.Code is not null, " AND e.code = $code", filter.Code is { } code ? StoredName.Of(code) : null)
            .If(filter.Kind is not null, " AND e.kind = $kind", (int)filter.Kind.GetValueOrDefault())
            // Repeat the condition of the partial index; otherwise SQLite does not use it.
            .If(filter.Kind is not null and not EntryKind.Post, $" AND e.kind <> {Plain}")
            .If(filter.Reversed is true, " AND r.idx IS NOT NULL")
            .If(filter.Reversed is false, " AND r.idx IS NULL");
        foreach ((int at, AccountFilter touching) in filter.Touching.Index())
        {
            // From the accounts to their entries: one person's list then costs what that person did, not what the region did.
            query.Add($" AND e.idx IN ({Legs(touching, "debit")}").Accounts(touching, $"_d{Letter(at)}")
                .Add($" UNION ALL {Legs(touching, "credit")}").Accounts(touching, $"_c{Letter(at)}")
                .Add(")");
        }
        return query.Add($" ORDER BY e.idx {order} LIMIT $limit", limit)
            .List(session, LedgerRows.LinkedEntry);
    }

    public static List<Flow> Flows(
        SqliteSession session, RegionCode region, AccountFilter filter, bool byCounter, IReadOnlyList<long> sizes)
    {
        string stretches = $"[{string.Join(',', sizes.SkipLast(1))}]";
        // From the accounts along the index of their legs: by itself SQLite would walk all transfers of the region for each account.
        List<Flow> Side(string own, string other, bool isDebit) => new SqliteConditions(
            $"""
            WITH ends (size) AS MATERIALIZED (SELECT value FROM json_each($ends))
            SELECT coalesce(o.code, e.code) AS event, e.kind = {Reversal} AS reversal, t.unit, {(byCounter ? "c.path" : "NULL")} AS counter,
                {LedgerRows.SumOf("t.posted")}, count(*), (SELECT count(*) FROM ends WHERE size <= t.idx) AS stretch
            FROM accounts a {SqliteReads.Way(filter, byNumber: true)}
            CROSS JOIN transfers t INDEXED BY transfers_by_{own}
                ON t.region = a.region AND t.{own} = a.number AND t.posted > 0 AND t.idx < $size
            CROSS JOIN entries e ON e.region = t.region AND e.idx = t.idx
            LEFT JOIN entries o ON e.kind = {Reversal} AND o.region = e.region AND o.idx = e.of_idx
            {(byCounter ? $"CROSS JOIN accounts c ON c.region = t.region AND c.number = t.{other}" : "")}
            WHERE a.region = $region
            """, stretches, sizes[^1], region.Value)
            .Accounts(filter)
            .Add(" GROUP BY event, reversal, t.unit, counter, stretch ORDER BY event, reversal, t.unit, counter, stretch")
            .List(session, row => LedgerRows.Flow(row, isDebit));

        return [.. Side("debit", "credit", isDebit: true), .. Side("credit", "debit", isDebit: false)];
    }

    public static List<Turnover> Turnovers(
        SqliteSession session, RegionCode region, long fromIndex, long size, (DateOnly First, DateOnly Last)? effective) =>
        new SqliteConditions(
            $"""
            SELECT coalesce(o.code, e.code) AS event, e.kind = {Reversal} AS reversal, t.unit, {SqliteReads.ClassOf("d.path")} AS debit,
                {SqliteReads.ClassOf("c.path")} AS credit, {LedgerRows.SumOf("t.posted")}, count(*)
            FROM entries e
            CROSS JOIN transfers t ON t.region = e.region AND t.idx = e.idx AND t.posted > 0
            CROSS JOIN accounts d ON d.region = t.region AND d.number = t.debit
            CROSS JOIN accounts c ON c.region = t.region AND c.number = t.credit
            LEFT JOIN entries o ON e.kind = {Reversal} AND o.region = e.region AND o.idx = e.of_idx
            WHERE e.region = $region AND e.idx >= $from AND e.idx < $size
            """, region.Value, fromIndex, size)
            .If(effective is not null, " AND e.effective >= $first", LedgerRows.Date(effective.GetValueOrDefault().First))
            .If(effective is not null, " AND e.effective <= $last", LedgerRows.Date(effective.GetValueOrDefault().Last))
            .Add(" GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5")
            .List(session, LedgerRows.Turnover);

    private static string Legs(AccountFilter touching, string side) =>
        $"""
        SELECT t.idx FROM accounts a {SqliteReads.Way(touching)} CROSS JOIN transfers t INDEXED BY transfers_by_{side}
        ON t.region = a.region AND t.{side} = a.number AND t.posted > 0 WHERE a.region = $region
        """;

    // The index to use when the query does not start from accounts. An event is rarer than a kind. Most entries are plain postings, so a
    // list of those may walk the journal.
    private static string Way(EntryFilter filter) => filter switch
    {
        { Touching.IsEmpty: false } or { Code: null, Kind: null or EntryKind.Post } => "",
        { Code: null } => "INDEXED BY entries_by_kind",
        _ => "INDEXED BY entries_by_code",
    };

    private static char Letter(int at) => (char)('a' + at);
}
