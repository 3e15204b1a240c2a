using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>
/// Bank statements, lines and matches in the journals' file. Streams are read in stretches, each of its own snapshot, so that a slow reader
/// keeps no connection.
/// </summary>
public sealed class SqliteBankBooks(SqliteDatabase database) : IBankBooks, IDisposable
{
    private const int Stretch = 4_096;

    private static readonly string StatementColumns = BankRows.StatementColumns("imported_as");

    private readonly SqliteReaders _readers = new(database);
    private readonly SqliteSideWriter _writer = new(database);

    public async ValueTask<BankBook> ReadAsync(RegionCode region, Slug account, CancellationToken cancellation) =>
        await _readers.ReadAsync(
        session => session.Prepare(
            "SELECT version, lines, statements, last_group FROM bank_books WHERE region = $region AND account = $account")
            .First(BankRows.Book, region.Value, account.Text),
        cancellation) ?? BankBook.Empty;

    public ValueTask<bool> AddAsync(RegionCode region, Slug account, BankBook before, IReadOnlyList<StoredStatement> statements,
        IEnumerable<StoredBankLine> lines, CancellationToken cancellation) => _writer.WriteAsync(
        session => new SqliteBankWrite(session, region, account, before).Add(statements, lines, cancellation), cancellation);

    public ValueTask<bool> MatchAsync(RegionCode region, Slug account, BankBook before, bool keepSuggested, IReadOnlyList<long> removed,
        IEnumerable<StoredMatch> added, CancellationToken cancellation) => _writer.WriteAsync(
        session => new SqliteBankWrite(session, region, account, before).Match(keepSuggested, removed, added, cancellation), cancellation);

    public ValueTask<IReadOnlyList<StoredStatement>> StatementsAsync(RegionCode region, Slug account, long beforeNumber, int limit,
        CancellationToken cancellation) => ListAsync(
        new SqliteConditions($"SELECT {StatementColumns} FROM bank_statements WHERE region = $region AND account = $account", region.Value,
            account.Text).Add(" AND number < $before ORDER BY number DESC LIMIT $limit", beforeNumber, limit),
        BankRows.Statement, cancellation);

    public ValueTask<IReadOnlyList<StoredStatement>> StatementsOfFileAsync(RegionCode region, Slug account, Digest file,
        CancellationToken cancellation) => ListAsync(
        new SqliteConditions($"SELECT {StatementColumns} FROM bank_statements WHERE region = $region AND account = $account", region.Value,
            account.Text).Add(" AND file = $file ORDER BY number", file.ToArray()),
        BankRows.Statement, cancellation);

    public async IAsyncEnumerable<StoredBankLine> LinesAsync(RegionCode region, Slug account, BankLineFilter filter, long afterNumber,
        int limit, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (limit > 0)
        {
            int asked = Math.Min(limit, Stretch);
            IReadOnlyList<StoredBankLine> lines = await ListAsync(Lines(region, account, filter, afterNumber, asked), BankRows.Line,
                cancellation);
            foreach (StoredBankLine line in lines) yield return line;
            if (lines.Count < asked) yield break;
            limit -= asked;
            afterNumber = lines[^1].Number;
        }
    }

    public ValueTask<IReadOnlyList<StoredBankLine>> LinesAsync(RegionCode region, Slug account, IReadOnlyList<long> numbers,
        CancellationToken cancellation) => ListAsync(Lines(region, account, numbers), BankRows.Line, cancellation);

    public async ValueTask<BankLineTotals> TotalsAsync(RegionCode region, Slug account, BankLineFilter filter,
        CancellationToken cancellation) =>
        (await ListAsync(Narrow($"SELECT {BankRows.TotalColumns}", region, account, filter, 0), BankRows.Totals, cancellation))[0];

    public ValueTask<IReadOnlyList<StoredMatch>> MatchesAsync(RegionCode region, Slug account, IReadOnlyList<long> lines,
        CancellationToken cancellation) => ListAsync(Matches(region, account, lines), BankRows.Match, cancellation);

    public ValueTask<IReadOnlyList<StoredMatch>> GroupAsync(RegionCode region, Slug account, long group, CancellationToken cancellation) =>
        ListAsync(Group(region, account, group), BankRows.Match, cancellation);

    public async IAsyncEnumerable<StoredMatch> ConfirmedAsync(RegionCode region, Slug account, string itemPrefix,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        (string Item, long Line) after = (itemPrefix, 0);
        while (true)
        {
            IReadOnlyList<StoredMatch> matches = await ListAsync(Confirmed(region, account, itemPrefix, after, Stretch), BankRows.Match,
                cancellation);
            foreach (StoredMatch match in matches) yield return match;
            if (matches.Count < Stretch) yield break;
            after = (matches[^1].Item, matches[^1].Line);
        }
    }

    public void Dispose()
    {
        _readers.Dispose();
        _writer.Dispose();
    }

    internal static SqliteConditions Lines(RegionCode region, Slug account, BankLineFilter filter, long afterNumber, int limit) =>
        Narrow($"SELECT {BankRows.LineColumns}", region, account, filter, afterNumber)
            .Add($" ORDER BY {(filter.IsOpen is true ? "o" : "l")}.number LIMIT $limit", limit);

    internal static SqliteConditions Lines(RegionCode region, Slug account, IReadOnlyList<long> numbers) =>
        Narrow($"SELECT {BankRows.LineColumns}", region, account, new BankLineFilter(), 0)
            .Add(" AND l.number IN (SELECT value FROM json_each($numbers)) ORDER BY l.number", $"[{string.Join(',', numbers)}]");

    internal static SqliteConditions Matches(RegionCode region, Slug account, IReadOnlyList<long> lines) => OfAccount(region, account)
        .Add(" AND m.line IN (SELECT value FROM json_each($lines)) ORDER BY m.line, m.item, m.grp", $"[{string.Join(',', lines)}]");

    internal static SqliteConditions Group(RegionCode region, Slug account, long group) =>
        OfAccount(region, account).Add(" AND m.grp = $grp ORDER BY m.line, m.item", group);

    internal static SqliteConditions Confirmed(RegionCode region, Slug account, string itemPrefix, (string Item, long Line) after,
        int limit) =>
        OfAccount(region, account, " INDEXED BY bank_matches_by_item")
            .Add(" AND m.status = 1 AND m.item < $beyond AND (m.item, m.line) > ($item, $line)", BankRows.Beyond(itemPrefix), after.Item,
            after.Line)
            .Add(" ORDER BY m.item, m.line LIMIT $limit", limit);

    private static SqliteConditions OfAccount(RegionCode region, Slug account, string indexed = "") => new(
        $"SELECT {BankRows.MatchColumns} FROM bank_matches m{indexed} WHERE m.region = $region AND m.account = $account", region.Value,
        account.Text);

    private static SqliteConditions Narrow(string select, RegionCode region, Slug account, BankLineFilter filter, long afterNumber)
    {
        // Open lines are few among many: begin with them. CROSS JOIN keeps the order.
        bool open = filter.IsOpen is true;
        string from = open
            ? "bank_open o CROSS JOIN bank_lines l ON l.region = o.region AND l.account = o.account AND l.number = o.number"
            : "bank_lines l", first = open ? "o" : "l";
        var statement = new SqliteConditions(
            $"{select} FROM {from} WHERE {first}.region = $region AND {first}.account = $account AND {first}.number > $after",
            region.Value, account.Text, afterNumber);
        return statement
            .If(filter.IsOpen is false,
            " AND NOT EXISTS (SELECT 1 FROM bank_open o WHERE o.region = l.region AND o.account = l.account AND o.number = l.number)")
            .If(filter.From is not null, " AND l.day >= $from", LedgerRows.Date(filter.From))
            .If(filter.To is not null, " AND l.day <= $to", LedgerRows.Date(filter.To))
            // A statement's new lines follow each other, so its row tells them.
            .If(filter.Statement is not null,
            $" AND {first}.number > (SELECT through_line - new_lines FROM bank_statements WHERE region = $region AND account = $account "
                + $"AND number = $statement) AND {first}.number <= (SELECT through_line FROM bank_statements WHERE region = $region AND "
                + "account = $account AND number = $statement)", filter.Statement);
    }

    private async ValueTask<IReadOnlyList<T>> ListAsync<T>(SqliteConditions query, Func<SqliteDataReader, T> row,
        CancellationToken cancellation) => await _readers.ReadAsync(session => query.List(session, row), cancellation);
}
