using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Writes into an account's book, in the transaction around it. The book's row is compared and moved first.</summary>
internal sealed class SqliteBankWrite(SqliteSession session, RegionCode region, Slug account, BankBook before)
{
    private const string Statement =
        """
        INSERT INTO bank_statements (region, account, number, file, profile, file_name, imported_as, imported_by, imported_at, bank_number,
            from_day, to_day, opening_fen, closing_fen, line_count, new_lines, through_line, note)
        VALUES ($region, $account, $number, $file, $profile, $file_name, $imported_as, $imported_by, $imported_at, $bank_number, $from, $to,
            $opening, $closing, $line_count, $new_lines, $through_line, $note)
        """;

    private const string Line =
        """
        INSERT INTO bank_lines (region, account, number, statement, day, signed_fen, fingerprint, occurrence, bank_reference, content)
        VALUES ($region, $account, $number, $statement, $day, $signed_fen, $fingerprint, $occurrence, $bank_reference, $content)
        """;

    private const string Pair =
        """
        INSERT INTO bank_matches (region, account, line, grp, item, status, pass, difference_fen, made_by, made_at)
        VALUES ($region, $account, $line, $grp, $item, $status, $pass, $difference, $made_by, $made_at)
        """;

    private const string Open =
        """
        INSERT INTO bank_open (region, account, number)
        SELECT region, account, number FROM bank_lines WHERE region = $region AND account = $account AND number > $before AND signed_fen <> 0
        """;

    private const string OpenAgain =
        """
        INSERT INTO bank_open (region, account, number) SELECT DISTINCT region, account, line FROM bank_matches
        WHERE region = $region AND account = $account AND grp = $grp AND status = 1
        """;

    private const string Confirmed =
        """
        SELECT count(*) FROM (SELECT DISTINCT line, grp FROM bank_matches INDEXED BY bank_matches_by_group
            WHERE region = $region AND account = $account AND grp > $last AND status = 1)
        """;

    private const string Closed =
        """
        DELETE FROM bank_open WHERE region = $region AND account = $account AND number IN (
            SELECT line FROM bank_matches INDEXED BY bank_matches_by_group
            WHERE region = $region AND account = $account AND grp > $last AND status = 1)
        """;

    private const string Of = "WHERE region = $region AND account = $account";

    /// <returns>False where the book is not the one that was read.</returns>
    public bool Add(IReadOnlyList<StoredStatement> statements, IEnumerable<StoredBankLine> lines, CancellationToken cancellation)
    {
        if (!Move()) return false;
        BankBook after = BankGuard.After(before, statements);
        foreach (StoredStatement statement in statements) Write(statement);
        SqliteStatement insert = session.Prepare(Line);
        foreach (StoredBankLine line in BankGuard.Lines(before, statements, lines))
        {
            cancellation.ThrowIfCancellationRequested();
            insert.Run(
                region.Value, account.Text, line.Number, line.Statement, LedgerRows.Date(line.Day), line.SignedFen,
                BankRows.Array(line.Fingerprint), line.Occurrence, line.BankReference, BankRows.Array(line.Content));
        }
        Run(Open, before.Lines);
        End(after);
        return true;
    }

    /// <returns>False where the book is not the one that was read.</returns>
    public bool Match(bool keepSuggested, IReadOnlyList<long> removed, IEnumerable<StoredMatch> added, CancellationToken cancellation)
    {
        if (!Move()) return false;
        if (!keepSuggested) Run($"DELETE FROM bank_matches INDEXED BY bank_matches_unsure {Of} AND status <> 1");
        foreach (long group in removed)
        {
            Run(OpenAgain, group);
            Run($"DELETE FROM bank_matches INDEXED BY bank_matches_by_group {Of} AND grp = $grp", group);
        }
        long last = before.LastGroup;
        SqliteStatement insert = session.Prepare(Pair);
        foreach (StoredMatch match in added)
        {
            cancellation.ThrowIfCancellationRequested();
            BankGuard.Check(before, match);
            last = Math.Max(last, match.Group);
            insert.Run(
                region.Value, account.Text, match.Line, match.Group, match.Item, (int)match.Status, match.Pass, match.DifferenceFen,
                match.By, match.At.Microseconds);
        }
        long confirmed = session.Prepare(Confirmed).First(row => row.GetInt64(0), region.Value, account.Text, before.LastGroup),
            closed = Run(Closed, before.LastGroup);
        if (confirmed != closed) throw BankGuard.NotOpen(confirmed, closed);
        End(before with { LastGroup = last });
        return true;
    }

    private bool Move() => 1 == (before.Version == 0
        ? session.Prepare(
            "INSERT INTO bank_books (region, account, version, lines, statements, last_group) VALUES ($region, $account, 1, 0, 0, 0) ON "
                + "CONFLICT DO NOTHING").Run(region.Value, account.Text)
        : Run($"UPDATE bank_books SET version = version + 1 {Of} AND version = $version", before.Version));

    private void End(BankBook after) => session
        .Prepare($"UPDATE bank_books SET lines = $lines, statements = $statements, last_group = $last {Of}")
        .Run(after.Lines, after.Statements, after.LastGroup, region.Value, account.Text);

    private void Write(StoredStatement statement) => session.Prepare(Statement).Run(
        region.Value, account.Text, statement.Number, statement.File.ToArray(), statement.Profile, statement.FileName,
        statement.ImportedAs.ToArray(), statement.ImportedBy, statement.ImportedAt.Microseconds, statement.BankNumber,
        LedgerRows.Date(statement.From), LedgerRows.Date(statement.To), statement.OpeningFen, statement.ClosingFen, statement.LineCount,
        statement.NewLines, statement.ThroughLine, statement.Note);

    private int Run(string sql) => session.Prepare(sql).Run(region.Value, account.Text);

    private int Run(string sql, long value) => session.Prepare(sql).Run(region.Value, account.Text, value);
}
