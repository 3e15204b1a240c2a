using Npgsql;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>
/// Writes one batch into the journal: one round trip of several statements, which PostgreSQL runs as one transaction. The first statement
/// that fails undoes all of it. Statements without work are left out.
/// </summary>
internal static class PostgreSqlAppend
{
    // The head comes first: a writer that loses the race waits here for the other's commit and has written nothing yet.
    private const string FirstHead =
        $"""
        WITH moved AS (
            INSERT INTO ledger_head (region, size, root, frontier, time, accounts, remembered, chain) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT DO NOTHING RETURNING 1),
        begun AS (
            INSERT INTO books (region, size, root, frontier, time, accounts) VALUES ($1, 0, $9, '', 0, 0) ON CONFLICT DO NOTHING)
        SELECT CASE WHEN count(*) <> 1 THEN stop_append('{PostgreSqlFault.HeadMoved}', 'The journal has begun already.') END FROM moved
        """;

    private const string NextHead =
        $"""
        WITH moved AS (
            UPDATE ledger_head SET size = $2, root = $3, frontier = $4, time = $5, accounts = $6, remembered = $7, chain = $8
            WHERE region = $1 AND size = $9 AND root = $10 AND chain = $11 RETURNING 1)
        SELECT CASE WHEN count(*) <> 1 THEN stop_append('{PostgreSqlFault.HeadMoved}', 'The head has moved.') END FROM moved
        """;

    private static readonly PostgreSqlInsert<AppendedEntry> Entries = new PostgreSqlInsert<AppendedEntry>("entries")
        .Column("idx", appended => appended.Entry.Index)
        .Column("time", appended => appended.Entry.Time.Microseconds)
        .Column("effective", appended => appended.Entry.Header.EffectiveDate)
        .Column("kind", appended => (short)appended.Entry.Kind)
        .Column("code", appended => StoredName.Of(appended.Entry.Code))
        .Column("of_idx", appended => appended.Entry.Of)
        .Column("expires", appended => appended.Entry.Expires?.Microseconds)
        .Column("bytes", appended => appended.Bytes)
        .Column("salt", appended => appended.Salt)
        .Column("leaf", appended => appended.Leaf.ToArray());

    private static readonly PostgreSqlInsert<AppendedEntry> EntryIds = new PostgreSqlInsert<AppendedEntry>("outcomes")
        .Column("id", appended => appended.Entry.Id.ToGuid())
        .Column("idx", appended => appended.Entry.Index);

    private static readonly PostgreSqlInsert<(Outcome Outcome, long Nth)> Remembered =
        new PostgreSqlInsert<(Outcome Outcome, long Nth)>("outcomes")
        .Column("id", row => row.Outcome.Id.ToGuid())
        .Column("command", row => row.Outcome.RequestDigest.ToArray())
        .Column("reason", row => (int?)row.Outcome.Refusal?.Reason)
        .Column("detail", row => row.Outcome.Refusal?.Detail)
        .Column("nth", row => row.Nth);

    private static readonly PostgreSqlInsert<JournalEntry> Holds = new PostgreSqlInsert<JournalEntry>("holds")
        .Column("idx", hold => hold.Index)
        .Column("expires", hold => hold.Expires?.Microseconds);

    // Keys for a look-up come as a subquery with the region and with a LIMIT that excludes nothing. It tells the planner, which must guess
    // while the tables are empty, to expect few keys and to look each one up. Without it the planner would choose to read the whole region
    // for them, and keep that plan.
    internal const string EndedHolds =
        $"""
        WITH ended AS (
            DELETE FROM holds h USING (SELECT $1 AS region, n.idx FROM unnest($2) AS n (idx) LIMIT cardinality($2)) n
            WHERE h.region = n.region AND h.idx = n.idx RETURNING 1)
        SELECT CASE WHEN count(*) <> cardinality($2) THEN stop_append('{PostgreSqlFault.Refused}', 'An entry ends a hold that isn''t open.') END FROM ended
        """;

    /// <returns>False where the head is not the batch's <see cref="LedgerAppend.Before"/>.</returns>
    public static async Task<bool> RunAsync(NpgsqlConnection connection, LedgerAppend append)
    {
        await using var batch = new NpgsqlBatch(connection);
        Write(batch, append);
        try
        {
            // No cancellation: a caller that gave up on a sent batch would not know whether it is stored.
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
            return true;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgreSqlFault.HeadMoved)
        {
            return false;
        }
    }

    private static void Write(NpgsqlBatch batch, LedgerAppend append)
    {
        LedgerHead before = append.Before, after = append.After;
        bool first = before is { Size: 0, Remembered.Count: 0 };
        PostgreSqlStatement head = Add(batch, first ? FirstHead : NextHead, before.Region)
            .Value(after.Size).Value(after.Tree.Root.ToArray()).Value(after.Tree.ToArray()).Value(after.Time.Microseconds)
            .Value(after.Accounts)
            .Value(after.Remembered.Count).Value(after.Remembered.ChainToArray());
        if (first) head.Value(MerkleFrontier.Empty.Root.ToArray());
        else head.Value(before.Size).Value(before.Tree.Root.ToArray()).Value(before.Remembered.ChainToArray());

        Entries.Add(batch, before.Region, append.Entries);
        JournalEntry[] entries = [.. append.Entries.Select(appended => appended.Entry)];
        Holds.Add(batch, before.Region, [.. entries.Where(entry => entry.OpensHold)]);
        // After the holds: a hold may begin and end in the same batch.
        JournalEntry[] ends = [.. entries.Where(entry => entry.EndsHold)];
        if (ends.Length > 0) Add(batch, EndedHolds, before.Region).Column(ends, end => end.Of!.Value);
        EntryIds.Add(batch, before.Region, append.Entries);
        Remembered.Add(batch, before.Region, [.. append.Remembered.Select((outcome, at) => (outcome, before.Remembered.Count + at))]);
    }

    private static PostgreSqlStatement Add(NpgsqlBatch batch, string sql, RegionCode region) =>
        PostgreSqlStatement.Add(batch, sql).Value(region.Value);
}
