using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// The statements of one batch into the journal: one round trip, and by that one transaction, which the first statement that fails undoes as a whole. Rows
/// travel as an array for each column. Statements with nothing to do are left out.
/// </summary>
internal static class PostgreSqlAppend
{
    // The head comes first: whoever loses the race waits here for the other's commit and has written nothing yet.
    private const string FirstHead =
        $"""
        WITH moved AS (
            INSERT INTO ledger_head (region, size, root, frontier, time, accounts, remembered) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT DO NOTHING RETURNING 1),
        begun AS (
            INSERT INTO books (region, size, root, frontier, time, accounts) VALUES ($1, 0, $8, '', 0, 0) ON CONFLICT DO NOTHING)
        SELECT CASE WHEN count(*) <> 1 THEN stop_append('{PostgreSqlFault.HeadMoved}', 'The journal has begun already.') END FROM moved
        """;

    private const string NextHead =
        $"""
        WITH moved AS (
            UPDATE ledger_head SET size = $2, root = $3, frontier = $4, time = $5, accounts = $6, remembered = $7
            WHERE region = $1 AND size = $8 AND root = $9 AND remembered = $10 RETURNING 1)
        SELECT CASE WHEN count(*) <> 1 THEN stop_append('{PostgreSqlFault.HeadMoved}', 'The head has moved.') END FROM moved
        """;

    private const string Entries =
        """
        INSERT INTO entries (region, idx, time, effective, kind, code, of_idx, expires, bytes, salt, leaf)
        SELECT $1, idx, time, effective::date, kind, code, of_idx, expires, bytes, salt, leaf
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS n (idx, time, effective, kind, code, of_idx, expires, bytes, salt, leaf)
        """;

    private const string Outcomes =
        "INSERT INTO outcomes (region, id, idx, command, reason, detail) SELECT $1, n.* FROM unnest($2, $3, $4, $5, $6) AS n";

    private const string Holds = "INSERT INTO holds (region, idx, expires) SELECT $1, n.* FROM unnest($2, $3) AS n";

    // Of what is looked up by keys, the region comes with the keys and the keys have a limit that says nothing new. So the planner, who has to guess
    // while the tables are empty, expects few keys and finds no cheaper way than to look each up; else it would read the whole region for them, and go on so.
    internal const string EndedHolds =
        $"""
        WITH ended AS (
            DELETE FROM holds h USING (SELECT $1 AS region, n.idx FROM unnest($2) AS n (idx) LIMIT cardinality($2)) n
            WHERE h.region = n.region AND h.idx = n.idx RETURNING 1)
        SELECT CASE WHEN count(*) <> cardinality($2) THEN stop_append('{PostgreSqlFault.Refused}', 'An entry ends a hold that isn''t open.') END FROM ended
        """;

    /// <returns>False where the head isn't the batch's <see cref="LedgerAppend.Before"/>.</returns>
    public static async Task<bool> RunAsync(NpgsqlConnection connection, LedgerAppend append)
    {
        await using var batch = new NpgsqlBatch(connection);
        Write(batch, append);
        try
        {
            // Once sent, a batch is waited for: whoever gave up could only guess what became of it.
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
        bool first = before is { Size: 0, Remembered: 0 };
        PostgreSqlStatement head = Add(batch, first ? FirstHead : NextHead, before.Region)
            .Value(after.Size).Value(after.Tree.Root.ToArray()).Value(after.Tree.ToArray()).Value(after.Time.Microseconds).Value(after.Accounts).Value(after.Remembered);
        if (first) head.Value(MerkleFrontier.Empty.Root.ToArray());
        else head.Value(before.Size).Value(before.Tree.Root.ToArray()).Value(before.Remembered);

        if (append.Entries.Count > 0) WriteEntries(batch, before.Region, append.Entries);
        Remember(Add(batch, Outcomes, before.Region), append);
    }

    private static void WriteEntries(NpgsqlBatch batch, RegionCode region, IReadOnlyList<AppendedEntry> entries)
    {
        Add(batch, Entries, region)
            .Column(entries, appended => appended.Entry.Index)
            .Column(entries, appended => appended.Entry.Time.Microseconds)
            .Column(entries, appended => LedgerRows.Date(appended.Entry.Header.EffectiveDate))
            .Column(entries, appended => (short)appended.Entry.Kind)
            .Column(entries, appended => appended.Entry.Code.ToString())
            .Column(entries, appended => appended.Entry.Of)
            .Column(entries, appended => appended.Entry.Expires?.Microseconds)
            .Column(entries, appended => appended.Bytes)
            .Column(entries, appended => appended.Salt)
            .Column(entries, appended => appended.Leaf.ToArray());

        JournalEntry[] holds = [.. entries.Select(appended => appended.Entry).Where(entry => entry.Kind == EntryKind.Hold)];
        if (holds.Length > 0) Add(batch, Holds, region).Column(holds, hold => hold.Index).Column(holds, hold => hold.Expires?.Microseconds);
        // After the holds: one may begin and end in the same batch.
        JournalEntry[] ends = [.. entries.Select(appended => appended.Entry).Where(entry => entry.EndsHold)];
        if (ends.Length > 0) Add(batch, EndedHolds, region).Column(ends, end => end.Of!.Value);
    }

    private static void Remember(PostgreSqlStatement statement, LedgerAppend append)
    {
        List<(EntryId Id, long? Index, Outcome? Remembered)> outcomes =
        [
            .. append.Entries.Select(appended => (appended.Entry.Id, (long?)appended.Entry.Index, (Outcome?)null)),
            .. append.Remembered.Select(outcome => (outcome.Id, (long?)null, (Outcome?)outcome)),
        ];
        statement
            .Column(outcomes, row => PostgreSqlReads.Key(row.Id))
            .Column(outcomes, row => row.Index)
            .Column(outcomes, row => row.Remembered?.Command.ToArray())
            .Column(outcomes, row => (int?)row.Remembered?.Refusal?.Reason)
            .Column(outcomes, row => row.Remembered?.Refusal?.Detail);
    }

    private static PostgreSqlStatement Add(NpgsqlBatch batch, string sql, RegionCode region) => PostgreSqlStatement.Add(batch, sql).Value(region.Value);
}
