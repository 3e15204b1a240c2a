using System.Runtime.CompilerServices;
using Npgsql;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>Bank statements, lines and matches in PostgreSQL.</summary>
public sealed class PostgreSqlBankBooks(PostgreSqlDatabase database) : IBankBooks
{
    private const int Few = 100;

    private static readonly SqlText StatementColumns = new(BankRows.StatementColumns("uuid_send(imported_as)")),
        LineColumns = new(BankRows.LineColumns), MatchColumns = new(BankRows.MatchColumns), TotalColumns = new(BankRows.TotalColumns);

    public async ValueTask<BankBook> ReadAsync(RegionCode region, Slug account, CancellationToken cancellation) =>
        await new PostgreSqlQuery()
            .Add($"SELECT version, lines, statements, last_group FROM bank_books")
            .Add($" WHERE region = {region.Value} AND account = {account.Text}")
            .FirstAsync(database.Reading, BankRows.Book, cancellation) ?? BankBook.Empty;

    public ValueTask<bool> AddAsync(RegionCode region, Slug account, BankBook before, IReadOnlyList<StoredStatement> statements,
        IEnumerable<StoredBankLine> lines, CancellationToken cancellation) =>
        PostgreSqlBankWrite.AddAsync(database.Writing, region, account, before, statements, lines, cancellation);

    public ValueTask<bool> MatchAsync(RegionCode region, Slug account, BankBook before, bool keepSuggested, IReadOnlyList<long> removed,
        IEnumerable<StoredMatch> added, CancellationToken cancellation) =>
        PostgreSqlBankWrite.MatchAsync(database.Writing, region, account, before, keepSuggested, removed, added, cancellation);

    public ValueTask<IReadOnlyList<StoredStatement>> StatementsAsync(RegionCode region, Slug account, long beforeNumber, int limit,
        CancellationToken cancellation) =>
        new PostgreSqlQuery().Add($"SELECT {StatementColumns} FROM bank_statements WHERE region = {region.Value}")
            .Add($" AND account = {account.Text} AND number < {beforeNumber} ORDER BY number DESC LIMIT {limit}")
            .ListAsync(database.Reading, BankRows.Statement, cancellation);

    public ValueTask<IReadOnlyList<StoredStatement>> StatementsOfFileAsync(RegionCode region, Slug account, Digest file,
        CancellationToken cancellation) =>
        new PostgreSqlQuery().Add($"SELECT {StatementColumns} FROM bank_statements WHERE region = {region.Value}")
            .Add($" AND account = {account.Text} AND file = {file.ToArray()} ORDER BY number")
            .ListAsync(database.Reading, BankRows.Statement, cancellation);

    public IAsyncEnumerable<StoredBankLine> LinesAsync(RegionCode region, Slug account, BankLineFilter filter, long afterNumber, int limit,
        CancellationToken cancellation) => StreamAsync(
        Joins(region, account, afterNumber, limit), Lines(region, account, filter, afterNumber, limit), BankRows.Line, cancellation);

    public ValueTask<IReadOnlyList<StoredBankLine>> LinesAsync(RegionCode region, Slug account, IReadOnlyList<long> numbers,
        CancellationToken cancellation) => Lines(region, account, numbers).ListAsync(database.Reading, BankRows.Line, cancellation);

    public async ValueTask<BankLineTotals> TotalsAsync(RegionCode region, Slug account, BankLineFilter filter,
        CancellationToken cancellation)
    {
        // Read to the end: whoever leaves a stream early cancels its query, by a connection of its own.
        var found = new BankLineTotals(0, 0, 0);
        await foreach (BankLineTotals totals in StreamAsync(
            Joins(region, account, 0, int.MaxValue), Totals(region, account, filter), BankRows.Totals, cancellation)) found = totals;
        return found;
    }

    public ValueTask<IReadOnlyList<StoredMatch>> MatchesAsync(RegionCode region, Slug account, IReadOnlyList<long> lines,
        CancellationToken cancellation) => Matches(region, account, lines).ListAsync(database.Reading, BankRows.Match, cancellation);

    public ValueTask<IReadOnlyList<StoredMatch>> GroupAsync(RegionCode region, Slug account, long group, CancellationToken cancellation) =>
        Group(region, account, group).ListAsync(database.Reading, BankRows.Match, cancellation);

    public IAsyncEnumerable<StoredMatch> ConfirmedAsync(RegionCode region, Slug account, string itemPrefix,
        CancellationToken cancellation) => StreamAsync(null, Confirmed(region, account, itemPrefix), BankRows.Match, cancellation);

    internal static PostgreSqlQuery Lines(RegionCode region, Slug account, BankLineFilter filter, long afterNumber, int limit) =>
        Narrow(new PostgreSqlQuery().Add($"SELECT {LineColumns}"), region, account, filter, afterNumber)
            .Add($" ORDER BY l.number LIMIT {limit}");

    internal static PostgreSqlQuery Lines(RegionCode region, Slug account, IReadOnlyList<long> numbers) =>
        new PostgreSqlQuery().Add($"SELECT {LineColumns} FROM bank_lines l WHERE l.region = {region.Value} AND l.account = {account.Text}")
            .Add($" AND l.number = ANY ({numbers.ToArray()}) ORDER BY l.number");

    /// <summary>
    /// How open lines are joined. Few are looked up; many, and a good part of all, are merged. The planner can't choose: tables that were
    /// just filled have no statistics, so it takes many for few, and goes through all lines for each.
    /// </summary>
    internal static PostgreSqlQuery Joins(RegionCode region, Slug account, long afterNumber, int limit) =>
        new PostgreSqlQuery().Add($"SELECT set_config('enable_mergejoin', 'on', true), set_config('enable_nestloop', CASE")
            .Add($" WHEN count(*) > {Few} AND count(*) * {Few} > (SELECT b.lines FROM bank_books b WHERE b.region = {region.Value}")
            .Add($" AND b.account = {account.Text}) THEN 'off' ELSE 'on' END, true)")
            .Add($" FROM (SELECT FROM bank_open WHERE region = {region.Value} AND account = {account.Text}")
            .Add($" AND number > {afterNumber} LIMIT {limit}) wanted");

    internal static PostgreSqlQuery Totals(RegionCode region, Slug account, BankLineFilter filter) =>
        Narrow(new PostgreSqlQuery().Add($"SELECT {TotalColumns}"), region, account, filter, 0);

    internal static PostgreSqlQuery Matches(RegionCode region, Slug account, IReadOnlyList<long> lines) =>
        new PostgreSqlQuery().Add($"SELECT {MatchColumns} FROM bank_matches m")
            .Add($" WHERE m.region = {region.Value} AND m.account = {account.Text}")
            .Add($" AND m.line = ANY ({lines.ToArray()}) ORDER BY m.line, m.item, m.grp");

    internal static PostgreSqlQuery Group(RegionCode region, Slug account, long group) =>
        new PostgreSqlQuery().Add($"SELECT {MatchColumns} FROM bank_matches m")
            .Add($" WHERE m.region = {region.Value} AND m.account = {account.Text}")
            .Add($" AND m.grp = {group} ORDER BY m.line, m.item");

    internal static PostgreSqlQuery Confirmed(RegionCode region, Slug account, string itemPrefix) =>
        new PostgreSqlQuery().Add($"SELECT {MatchColumns} FROM bank_matches m")
            .Add($" WHERE m.region = {region.Value} AND m.account = {account.Text}")
            .Add($" AND m.status = 1 AND m.item >= {itemPrefix} AND m.item < {BankRows.Beyond(itemPrefix)} ORDER BY m.item, m.line");

    private static PostgreSqlQuery Narrow(PostgreSqlQuery query, RegionCode region, Slug account, BankLineFilter filter, long afterNumber)
    {
        bool open = filter.IsOpen is true;
        // Open lines are few among many: begin with them.
        return query.If(open,
                $" FROM bank_open o JOIN bank_lines l ON l.region = o.region AND l.account = o.account AND l.number = o.number")
            .If(!open, $" FROM bank_lines l")
            .Add($" WHERE l.region = {region.Value} AND l.account = {account.Text} AND l.number > {afterNumber}")
            .If(open, $" AND o.number > {afterNumber}")
            .If(filter.IsOpen is false,
            $" AND NOT EXISTS (SELECT FROM bank_open o WHERE o.region = l.region AND o.account = l.account AND o.number = l.number)")
            .If(filter.From is not null, $" AND l.day >= {filter.From.GetValueOrDefault()}")
            .If(filter.To is not null, $" AND l.day <= {filter.To.GetValueOrDefault()}")
            // A statement's new lines follow each other, so its row tells them.
            .If(filter.Statement is not null,
            $" AND l.number > (SELECT through_line - new_lines FROM bank_statements WHERE region = {region.Value}")
            .If(filter.Statement is not null, $" AND account = {account.Text} AND number = {filter.Statement.GetValueOrDefault()})")
            .If(filter.Statement is not null,
            $" AND l.number <= (SELECT through_line FROM bank_statements WHERE region = {region.Value} AND account = {account.Text}")
            .If(filter.Statement is not null, $" AND number = {filter.Statement.GetValueOrDefault()})");
    }

    /// <summary>Rows as they come, of one snapshot.</summary>
    private async IAsyncEnumerable<T> StreamAsync<T>(PostgreSqlQuery? settings, PostgreSqlQuery query, Func<NpgsqlDataReader, T> row,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var rows = new PostgreSqlStream<T>(database.Reading, settings, query, row);
        while (await rows.ReadAsync(cancellation)) yield return rows.Current;
    }
}
