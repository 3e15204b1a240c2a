using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The reader's queries about events: lists of entries, and sums by event.</summary>
internal static class PostgreSqlFlows
{
    public static PostgreSqlQuery Entries(RegionCode region, EntryFilter filter, long beforeIndex, int limit) =>
        Entries(region, filter, new SqlText("<"), new SqlText("DESC"), beforeIndex, limit);

    public static PostgreSqlQuery EarliestEntries(RegionCode region, EntryFilter filter, long afterIndex, int limit) =>
        Entries(region, filter, new SqlText(">"), new SqlText("ASC"), afterIndex, limit);

    /// <summary>The flows of one side. <paramref name="own"/> is the transfer's column with the account itself.</summary>
    public static PostgreSqlQuery Flows(
        RegionCode region, AccountFilter filter, bool byCounter, IReadOnlyList<long> sizes, string own, string other)
    {
        SqlText side = new(own), opposite = new(other), counter = new(byCounter ? "c.path" : "NULL::text");
        var sum = new SqlText(LedgerRows.SumOf("t.posted"));
        var joined = new SqlText(byCounter ? "JOIN accounts c ON c.region = a.region AND c.number = t.other" : "");
        // OFFSET 0 forces the way from the accounts to their legs, whatever number of rows the planner expects.
        return new PostgreSqlQuery().Add(
            $"""
            SELECT coalesce(o.code, e.code) AS event, (e.kind = 6)::integer AS reversal, t.unit, {counter} AS counter, {sum}, count(*),
                width_bucket(t.idx, {sizes.SkipLast(1).ToArray()}) AS stretch
            FROM accounts a CROSS JOIN LATERAL (
                SELECT t.idx, t.unit, t.posted, t.{opposite} AS other FROM transfers t
                WHERE t.region = a.region AND t.{side} = a.number AND t.posted > 0 AND t.idx < {sizes[^1]} OFFSET 0) t
            JOIN entries e ON e.region = a.region AND e.idx = t.idx
            LEFT JOIN entries o ON e.kind = 6 AND o.region = e.region AND o.idx = e.of_idx
            {joined}
            WHERE a.region = {region.Value}
            """).Accounts(filter)
            .Add($" GROUP BY event, reversal, t.unit, counter, stretch ORDER BY event, reversal, t.unit, counter, stretch");
    }

    /// <summary>For one transaction: a stretch of the journal is read as a whole, so it may be joined by hashing.</summary>
    public static readonly PostgreSqlQuery MayHash = PostgreSqlQuery.Of("SELECT set_config('enable_hashjoin', 'on', true)");

    public static PostgreSqlQuery Turnovers(RegionCode region, long fromIndex, long size, (DateOnly First, DateOnly Last)? effective)
    {
        SqlText debit = new(PostgreSqlReads.ClassOf("d.path")), credit = new(PostgreSqlReads.ClassOf("c.path"));
        return new PostgreSqlQuery().Add(
            $"""
            SELECT coalesce(o.code, e.code) AS event, (e.kind = 6)::integer AS reversal, t.unit, {debit} AS debit, {credit} AS credit,
                {new SqlText(LedgerRows.SumOf("t.posted"))}, count(*)
            FROM entries e
            JOIN transfers t ON t.region = e.region AND t.idx = e.idx AND t.posted > 0
            JOIN accounts d ON d.region = t.region AND d.number = t.debit
            JOIN accounts c ON c.region = t.region AND c.number = t.credit
            LEFT JOIN entries o ON e.kind = 6 AND o.region = e.region AND o.idx = e.of_idx
            WHERE e.region = {region.Value} AND e.idx >= {fromIndex} AND e.idx < {size}
                AND t.region = {region.Value} AND t.idx >= {fromIndex} AND t.idx < {size}
            """)
            .If(effective is not null, $" AND e.effective >= {effective.GetValueOrDefault().First}")
            .If(effective is not null, $" AND e.effective <= {effective.GetValueOrDefault().Last}")
            .Add($" GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5");
    }

    private static PostgreSqlQuery Entries(RegionCode region, EntryFilter filter, SqlText beyond, SqlText order, long index, int limit)
    {
        PostgreSqlQuery query = PostgreSqlQuery.Of(
            """
            SELECT e.bytes,
                (SELECT x.idx FROM entries x WHERE x.region = e.region AND x.of_idx = e.idx AND x.kind IN (3, 4, 5)),
                (SELECT x.idx FROM entries x WHERE x.region = e.region AND x.of_idx = e.idx AND x.kind = 6)
            FROM entries e
            """);
        if (!filter.Touching.IsEmpty)
        {
            // From the accounts to their entries: one person's list then costs what that person did, not what the region did.
            query.Add($" JOIN (SELECT idx FROM (");
            foreach ((int at, AccountFilter touching) in filter.Touching.Index())
            {
                query.If(at > 0, $" INTERSECT ").Add($"(");
                Legs(touching, new SqlText("debit"));
                query.Add($" UNION ");
                Legs(touching, new SqlText("credit"));
                query.Add($")");
            }
            query.Add($") touched ORDER BY idx {order}) k ON k.idx = e.idx");
        }
        query.Add($" WHERE e.region = {region.Value} AND e.idx {beyond} {index}")
            .If(filter.Code is not null, $" AND e.code = {StoredName.Of(filter.Code!.Value)}")
            .If(filter.Kind is not null, $" AND e.kind = {(short)filter.Kind!.Value}")
            // Repeat the condition of the partial index; otherwise PostgreSQL may not use it.
            .If(filter.Kind is not null and not EntryKind.Post, $" AND e.kind <> 1")
            .If(filter.Reversed is true,
            $" AND EXISTS (SELECT FROM entries x WHERE x.region = e.region AND x.of_idx = e.idx AND x.kind = 6)")
            .If(filter.Reversed is false,
            $" AND NOT EXISTS (SELECT FROM entries x WHERE x.region = e.region AND x.of_idx = e.idx AND x.kind = 6)");
        // Bounds on the index: a page then costs what it shows, wherever the period lies.
        if (filter.From is { } from) query.Add($" AND e.idx >= ").FirstIndexFrom(region, from);
        if (filter.Until is { } until) query.Add($" AND e.idx < ").FirstIndexFrom(region, until);
        return query.Add($" ORDER BY e.idx {order} LIMIT {limit}");

        void Legs(AccountFilter touching, SqlText side) => query.Add(
            $"""
            SELECT t.idx FROM accounts a CROSS JOIN LATERAL (
                SELECT t.idx FROM transfers t WHERE t.region = a.region AND t.{side} = a.number AND t.posted > 0 AND t.idx {beyond} {index} OFFSET 0) t
            WHERE a.region = {region.Value}
            """).Accounts(touching);
    }
}
