using Npgsql;
using NpgsqlTypes;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Writes into an account's book in one transaction. The book's row is compared and moved first: a writer that loses waits there for the
/// other's commit and has written nothing yet. Rows go in by COPY, as they are read, so a million of them never lie in memory.
/// </summary>
internal static class PostgreSqlBankWrite
{
    /// <summary>So many new matches are looked up one by one, in a time that doesn't grow with the open lines.</summary>
    private const int FewGroups = 100;

    private const string FirstBook =
        "INSERT INTO bank_books (region, account, version, lines, statements, last_group) VALUES ($1, $2, 1, 0, 0, 0) ON CONFLICT DO NOTHING";

    private const string NextBook =
        "UPDATE bank_books SET version = version + 1 WHERE region = $1 AND account = $2 AND version = $3";

    private const string Ends = "UPDATE bank_books SET lines = $3, statements = $4, last_group = $5 WHERE region = $1 AND account = $2";

    private const string Opened =
        """
        INSERT INTO bank_open (region, account, number)
        SELECT region, account, number FROM bank_lines WHERE region = $1 AND account = $2 AND number > $3 AND signed_fen <> 0
        """;

    private const string Forget = "DELETE FROM bank_matches WHERE region = $1 AND account = $2 AND status <> 1";

    private const string TakeBack =
        """
        WITH gone AS (
            DELETE FROM bank_matches WHERE region = $1 AND account = $2 AND grp = ANY ($3) RETURNING line, status)
        INSERT INTO bank_open (region, account, number) SELECT DISTINCT $1, $2, line FROM gone WHERE status = 1
        """;

    // A line is open until its first confirmed match. So a line that is not, or is confirmed in two of the new groups, gives one row less.
    private const string Closed =
        """
        WITH confirmed AS (
            SELECT DISTINCT line, grp FROM bank_matches WHERE region = $1 AND account = $2 AND status = 1 AND grp > $3),
        closed AS (
            DELETE FROM bank_open o USING confirmed c WHERE o.region = $1 AND o.account = $2 AND o.number = c.line RETURNING 1)
        SELECT (SELECT count(*) FROM confirmed), (SELECT count(*) FROM closed)
        """;

    public static ValueTask<bool> AddAsync(NpgsqlDataSource source, RegionCode region, Slug account, BankBook before,
        IReadOnlyList<StoredStatement> statements, IEnumerable<StoredBankLine> lines, CancellationToken cancellation) =>
        WriteAsync(source, region, account, before, connection =>
        {
            BankBook after = BankGuard.After(before, statements);
            CopyStatements(connection, region, account, statements);
            CopyLines(connection, region, account, BankGuard.Lines(before, statements, lines), cancellation);
            Run(connection, Opened, region.Value, account.Text, before.Lines);
            return after;
        }, cancellation);

    public static ValueTask<bool> MatchAsync(NpgsqlDataSource source, RegionCode region, Slug account, BankBook before, bool keepSuggested,
        IReadOnlyList<long> removed, IEnumerable<StoredMatch> added, CancellationToken cancellation) =>
        WriteAsync(source, region, account, before, connection =>
        {
            if (!keepSuggested) Run(connection, Forget, region.Value, account.Text);
            if (removed.Count > 0) Run(connection, TakeBack, region.Value, account.Text, removed.ToArray());
            long last = CopyMatches(connection, region, account, before, added, cancellation);
            if (last > before.LastGroup) Close(connection, region, account, before.LastGroup, last);
            return before with { LastGroup = last };
        }, cancellation);

    private static ValueTask<bool> WriteAsync(NpgsqlDataSource source, RegionCode region, Slug account, BankBook before,
        Func<NpgsqlConnection, BankBook> write, CancellationToken cancellation) =>
        // On a thread of the pool: a million rows would hold up a grain's other calls.
        source.CallAsync(connection => Task.Run(() => Write(connection, region, account, before, write), cancellation), cancellation);

    private static bool Write(NpgsqlConnection connection, RegionCode region, Slug account, BankBook before,
        Func<NpgsqlConnection, BankBook> write)
    {
        using NpgsqlTransaction transaction = connection.BeginTransaction();
        int moved = before.Version == 0 ? Run(connection, FirstBook, region.Value, account.Text)
            : Run(connection, NextBook, region.Value, account.Text, before.Version);
        if (moved != 1) return false;
        BankBook after = write(connection);
        Run(connection, Ends, region.Value, account.Text, after.Lines, after.Statements, after.LastGroup);
        // No cancellation: a caller that gave up now would not know whether the book has moved.
        transaction.Commit();
        return true;
    }

    private static void Close(NpgsqlConnection connection, RegionCode region, Slug account, long lastGroup, long newLast)
    {
        // A million confirmed lines are not looked up one by one.
        Run(connection, "SET LOCAL enable_hashjoin = on");
        // Tables that were just filled have no statistics: the planner would take many lines for few, and go through all for each.
        if (newLast - lastGroup > FewGroups) Run(connection, "SET LOCAL enable_nestloop = off");
        using NpgsqlCommand close = Command(connection, Closed, region.Value, account.Text, lastGroup);
        using NpgsqlDataReader row = close.ExecuteReader();
        row.Read();
        if (row.GetInt64(0) != row.GetInt64(1)) throw BankGuard.NotOpen(row.GetInt64(0), row.GetInt64(1));
    }

    private static void CopyStatements(NpgsqlConnection connection, RegionCode region, Slug account,
        IReadOnlyList<StoredStatement> statements)
    {
        using NpgsqlBinaryImporter into = connection.BeginBinaryImport(
            "COPY bank_statements (region, account, number, file, profile, file_name, imported_as, imported_by, imported_at, bank_number, "
                + "from_day, to_day, opening_fen, closing_fen, line_count, new_lines, through_line, note) FROM STDIN (FORMAT BINARY)");
        foreach (StoredStatement statement in statements)
        {
            Begin(into, region, account);
            into.Write(statement.Number, NpgsqlDbType.Bigint);
            into.Write(statement.File.ToArray(), NpgsqlDbType.Bytea);
            into.Write(statement.Profile, NpgsqlDbType.Text);
            into.Write(statement.FileName, NpgsqlDbType.Text);
            into.Write(statement.ImportedAs.ToGuid(), NpgsqlDbType.Uuid);
            into.Write(statement.ImportedBy, NpgsqlDbType.Text);
            into.Write(statement.ImportedAt.Microseconds, NpgsqlDbType.Bigint);
            into.Write(statement.BankNumber, NpgsqlDbType.Text);
            into.Write(statement.From, NpgsqlDbType.Date);
            into.Write(statement.To, NpgsqlDbType.Date);
            into.Write(statement.OpeningFen, NpgsqlDbType.Bigint);
            into.Write(statement.ClosingFen, NpgsqlDbType.Bigint);
            into.Write(statement.LineCount, NpgsqlDbType.Integer);
            into.Write(statement.NewLines, NpgsqlDbType.Integer);
            into.Write(statement.ThroughLine, NpgsqlDbType.Bigint);
            into.Write(statement.Note, NpgsqlDbType.Text);
        }
        into.Complete();
    }

    private static void CopyLines(NpgsqlConnection connection, RegionCode region, Slug account, IEnumerable<StoredBankLine> lines,
        CancellationToken cancellation)
    {
        using NpgsqlBinaryImporter into = connection.BeginBinaryImport(
            "COPY bank_lines (region, account, number, statement, day, signed_fen, fingerprint, occurrence, bank_reference, content) "
                + "FROM STDIN (FORMAT BINARY)");
        foreach (StoredBankLine line in lines)
        {
            cancellation.ThrowIfCancellationRequested();
            Begin(into, region, account);
            into.Write(line.Number, NpgsqlDbType.Bigint);
            into.Write(line.Statement, NpgsqlDbType.Bigint);
            into.Write(line.Day, NpgsqlDbType.Date);
            into.Write(line.SignedFen, NpgsqlDbType.Bigint);
            into.Write(BankRows.Array(line.Fingerprint), NpgsqlDbType.Bytea);
            into.Write(line.Occurrence, NpgsqlDbType.Integer);
            into.Write(line.BankReference, NpgsqlDbType.Text);
            into.Write(BankRows.Array(line.Content), NpgsqlDbType.Bytea);
        }
        into.Complete();
    }

    /// <returns>The highest group; that of the book where there is no match.</returns>
    private static long CopyMatches(NpgsqlConnection connection, RegionCode region, Slug account, BankBook before,
        IEnumerable<StoredMatch> matches, CancellationToken cancellation)
    {
        long last = before.LastGroup;
        using NpgsqlBinaryImporter into = connection.BeginBinaryImport(
            "COPY bank_matches (region, account, line, grp, item, status, pass, difference_fen, made_by, made_at) "
                + "FROM STDIN (FORMAT BINARY)");
        foreach (StoredMatch match in matches)
        {
            cancellation.ThrowIfCancellationRequested();
            BankGuard.Check(before, match);
            last = Math.Max(last, match.Group);
            Begin(into, region, account);
            into.Write(match.Line, NpgsqlDbType.Bigint);
            into.Write(match.Group, NpgsqlDbType.Bigint);
            into.Write(match.Item, NpgsqlDbType.Text);
            into.Write((short)match.Status, NpgsqlDbType.Smallint);
            into.Write(match.Pass, NpgsqlDbType.Text);
            into.Write(match.DifferenceFen, NpgsqlDbType.Bigint);
            into.Write(match.By, NpgsqlDbType.Text);
            into.Write(match.At.Microseconds, NpgsqlDbType.Bigint);
        }
        into.Complete();
        return last;
    }

    private static void Begin(NpgsqlBinaryImporter into, RegionCode region, Slug account)
    {
        into.StartRow();
        into.Write(region.Value, NpgsqlDbType.Integer);
        into.Write(account.Text, NpgsqlDbType.Text);
    }

    private static int Run(NpgsqlConnection connection, string sql, params object[] values)
    {
        using NpgsqlCommand command = Command(connection, sql, values);
        return command.ExecuteNonQuery();
    }

    // No time limit: a million rows take their time.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (object value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
