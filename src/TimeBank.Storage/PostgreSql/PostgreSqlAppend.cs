using Npgsql;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// The statements of one batch: one round trip, and by that one transaction, which the first statement that fails undoes as a whole. Rows
/// travel as an array for each column. Statements with nothing to do are left out.
/// </summary>
internal static class PostgreSqlAppend
{
    // The head comes first: whoever loses the race waits here for the other's commit and has written nothing yet.
    private const string FirstHead =
        $"""
        WITH moved AS (
            INSERT INTO ledger_head (region, size, root, frontier, time, accounts, remembered) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT DO NOTHING RETURNING 1)
        SELECT CASE WHEN count(*) <> 1 THEN stop_append('{PostgreSqlFault.HeadMoved}', 'The journal has begun already.') END FROM moved
        """;

    private const string NextHead =
        $"""
        WITH moved AS (
            UPDATE ledger_head SET size = $2, root = $3, frontier = $4, time = $5, accounts = $6, remembered = $7
            WHERE region = $1 AND size = $8 AND root = $9 AND remembered = $10 RETURNING 1)
        SELECT CASE WHEN count(*) <> 1 THEN stop_append('{PostgreSqlFault.HeadMoved}', 'The head has moved.') END FROM moved
        """;

    // Of what is looked up by keys, the region comes with the keys and the keys have a limit that says nothing new. So the planner, who has to guess
    // while the tables are empty, expects few keys and finds no cheaper way than to look each up; else it would read the whole region for them, and go on so.
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

    private const string Entries =
        """
        INSERT INTO entries (region, idx, time, effective, kind, code, of_idx, expires, bytes, salt, leaf)
        SELECT $1, idx, time, effective::date, kind, code, of_idx, expires, bytes, salt, leaf
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS n (idx, time, effective, kind, code, of_idx, expires, bytes, salt, leaf)
        """;

    private const string Transfers =
        """
        INSERT INTO transfers (region, idx, position, debit, credit, unit, posted, held, released, debit_debits, debit_credits, credit_debits, credit_credits)
        SELECT $1, n.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS n
        """;

    private const string Outcomes =
        "INSERT INTO outcomes (region, id, idx, command, reason, detail) SELECT $1, n.* FROM unnest($2, $3, $4, $5, $6) AS n";

    private const string Holds = "INSERT INTO holds (region, idx, expires) SELECT $1, n.* FROM unnest($2, $3) AS n";

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
        Statement head = Add(batch, first ? FirstHead : NextHead, before.Region)
            .Value(after.Size).Value(after.Tree.Root.ToArray()).Value(after.Tree.ToArray()).Value(after.Time.Microseconds).Value(after.Accounts).Value(after.Remembered);
        if (!first) head.Value(before.Size).Value(before.Tree.Root.ToArray()).Value(before.Remembered);

        if (append.Changed.Count > 0) Counters(Add(batch, ChangedAccounts, before.Region), append.Changed);
        if (append.Opened.Count > 0) Open(Add(batch, OpenedAccounts, before.Region), append.Opened);
        if (append.Entries.Count > 0) WriteEntries(batch, before.Region, append.Entries);
        Remember(Add(batch, Outcomes, before.Region), append);
    }

    private static Statement Counters(Statement statement, IReadOnlyCollection<Account> accounts) => statement
        .Column(accounts, account => account.Number)
        .Column(accounts, account => (int)account.Flags)
        .Column(accounts, account => account.Counters.DebitsPending)
        .Column(accounts, account => account.Counters.DebitsPosted)
        .Column(accounts, account => account.Counters.CreditsPending)
        .Column(accounts, account => account.Counters.CreditsPosted);

    private static void Open(Statement statement, IReadOnlyCollection<Account> accounts) => Counters(statement, accounts)
        .Column(accounts, account => account.Path.Text)
        .Column(accounts, account => account.Unit.Code)
        .Column(accounts, account => account.Opened)
        .Column(accounts, account => account.Terms?.Owner)
        .Column(accounts, account => account.Terms?.Group)
        .Column(accounts, account => LedgerRows.Date(account.Terms?.From))
        .Column(accounts, account => LedgerRows.Date(account.Terms?.Until))
        .Column(accounts, account => account.Terms?.Data);

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

        List<(long Index, int Position, Transfer Moved, TransferBalances After)> transfers =
            [.. entries.SelectMany(appended => appended.Entry.Transfers.Select((transfer, at) => (appended.Entry.Index, at, transfer, appended.Balances[at])))];
        if (transfers.Count > 0)
        {
            Add(batch, Transfers, region)
                .Column(transfers, row => row.Index).Column(transfers, row => row.Position)
                .Column(transfers, row => row.Moved.Debit).Column(transfers, row => row.Moved.Credit).Column(transfers, row => row.Moved.Unit.Code)
                .Column(transfers, row => row.Moved.Posted).Column(transfers, row => row.Moved.Held).Column(transfers, row => row.Moved.Released)
                .Column(transfers, row => row.After.Debit.DebitsPosted).Column(transfers, row => row.After.Debit.CreditsPosted)
                .Column(transfers, row => row.After.Credit.DebitsPosted).Column(transfers, row => row.After.Credit.CreditsPosted);
        }

        JournalEntry[] holds = [.. entries.Select(appended => appended.Entry).Where(entry => entry.Kind == EntryKind.Hold)];
        if (holds.Length > 0) Add(batch, Holds, region).Column(holds, hold => hold.Index).Column(holds, hold => hold.Expires?.Microseconds);
        // After the holds: one may begin and end in the same batch.
        JournalEntry[] ends = [.. entries.Select(appended => appended.Entry).Where(entry => entry.EndsHold)];
        if (ends.Length > 0) Add(batch, EndedHolds, region).Column(ends, end => end.Of!.Value);
    }

    private static void Remember(Statement statement, LedgerAppend append)
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

    private static Statement Add(NpgsqlBatch batch, string sql, RegionCode region)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return new Statement(command).Value(region.Value);
    }

    private readonly struct Statement(NpgsqlBatchCommand command)
    {
        public Statement Value<T>(T value)
        {
            command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
            return this;
        }

        public Statement Column<TRow, T>(IReadOnlyCollection<TRow> rows, Func<TRow, T> value)
        {
            var column = new T[rows.Count];
            int at = 0;
            foreach (TRow row in rows) column[at++] = value(row);
            return Value(column);
        }
    }
}
