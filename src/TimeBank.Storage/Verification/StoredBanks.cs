using System.Data.Common;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Checks what banks say of our accounts against itself and against the journals: numbers without gaps, statements that have their lines
/// and whose balances hold them, matches of lines that are there, each line confirmed in one group at most, the open lines; then whether
/// lines have the amounts and days of the entries that were made of them, and matches the sums of what they name. One statement of SQL
/// serves both engines. What of a line is sealed can't be read here.
/// </summary>
/// <param name="read">Starts a query.</param>
/// <param name="facts">What the journals say.</param>
internal sealed class StoredBanks(Func<string, DbDataReader> read, BankFacts facts, CancellationToken cancellation)
{
    private const string Returned = "RETURNED";

    private const string Books = "SELECT region, account, lines, statements, last_group FROM bank_books";

    private const string Statements =
        "SELECT region, account, number, new_lines, through_line, line_count, opening_fen, closing_fen FROM bank_statements "
            + "ORDER BY region, account, number";

    private const string AllLines = "SELECT region, account, number, day, signed_fen FROM bank_lines";

    private const string Confirmed =
        "SELECT m.region, m.account, m.grp, m.line, l.signed_fen, m.item, m.pass, m.difference_fen FROM bank_matches m "
            + $"JOIN bank_lines l ON {SameLine} WHERE m.status = 1 ORDER BY m.region, m.account, m.grp";

    private const string Groups = "SELECT region, account, max(grp) FROM bank_matches GROUP BY region, account";

    private const string SameLine = "l.region = m.region AND l.account = m.account AND l.number = m.line";

    private const string IsConfirmed =
        "EXISTS (SELECT 1 FROM bank_matches m WHERE m.region = l.region AND m.account = l.account AND m.line = l.number AND m.status = 1)";

    private const string IsOpen =
        "EXISTS (SELECT 1 FROM bank_open o WHERE o.region = l.region AND o.account = l.account AND o.number = l.number)";

    private static readonly string Lines =
        $"SELECT region, account, statement, count(*), min(number), max(number), {LedgerRows.SumOf("signed_fen")} FROM bank_lines "
            + "GROUP BY region, account, statement ORDER BY region, account, statement";

    /// <summary>Queries that find region, account and line of an error, with what to say of it.</summary>
    private static readonly (string Sql, string What, string Expected, string Found)[] Errors =
    [
        ($"SELECT m.region, m.account, m.line FROM bank_matches m WHERE NOT EXISTS (SELECT 1 FROM bank_lines l WHERE {SameLine}) LIMIT 1",
            "matches", "none: there is no such line", "some"),
        (
            "SELECT region, account, line FROM bank_matches WHERE status = 1 GROUP BY region, account, line HAVING min(grp) <> max(grp) LIMIT 1",
            "confirmed matches", "of one group", "of several"),
        ("SELECT m.region, m.account, m.number FROM bank_open m WHERE NOT EXISTS (SELECT 1 FROM bank_lines l WHERE "
            + "l.region = m.region AND l.account = m.account AND l.number = m.number AND l.signed_fen <> 0) LIMIT 1",
            "open", "no: there is no such line, or it is zero", "yes"),
        ($"SELECT l.region, l.account, l.number FROM bank_open l WHERE {IsConfirmed} LIMIT 1", "open", "no: it is confirmed", "yes"),
        ($"SELECT l.region, l.account, l.number FROM bank_lines l WHERE l.signed_fen <> 0 AND NOT {IsOpen} AND NOT {IsConfirmed} LIMIT 1",
            "open", "yes: it isn't confirmed", "no"),
        // A fingerprint is over day and amount too, so equal ones are lines of one day and amount, counted from 1.
        ($"SELECT l.region, l.account, l.number FROM bank_lines l WHERE l.occurrence > 1 AND NOT EXISTS (SELECT 1 FROM bank_lines b WHERE "
            + "b.region = l.region AND b.account = l.account AND b.day = l.day AND b.fingerprint = l.fingerprint "
            + "AND b.occurrence = l.occurrence - 1 AND b.signed_fen = l.signed_fen) LIMIT 1",
            "day, amount and fingerprint", "those of the equal line before it", "others"),
    ];

    /// <summary>The first error; null where there is none.</summary>
    public Finding? Verify()
    {
        try
        {
            return Counted() ?? Errors.Select(error => List(error.Sql, row => new Finding(
                $"{Place(row)}/lines/{row.GetInt64(2)}", error.What, error.Expected, error.Found)).FirstOrDefault())
                .FirstOrDefault(finding => finding is not null) ?? Booked() ?? Matched();
        }
        // The tables' owner can drop every constraint, so any column may be unreadable.
        catch (Exception unreadable) when (unreadable is FormatException or InvalidCastException or InvalidOperationException
            or OverflowException)
        {
            return new Finding("bank accounts", "row", "one that can be read", unreadable.Message);
        }
    }

    private Finding? Counted()
    {
        var books = List(Books, row => (Place: Place(row), Lines: row.GetInt64(2), Statements: row.GetInt64(3), Last: row.GetInt64(4)))
            .ToDictionary(book => book.Place);
        var ends = new Dictionary<string, (long Statements, long Lines)>(StringComparer.Ordinal);
        var expected = new Dictionary<(string Place, long Statement), (long Count, long First, long Last)>();
        var moved = new Dictionary<(string Place, long Statement), Int128>();
        foreach ((string place, long number, long added, long through, Int128? sum) in List(
            Statements, row => (Place(row), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), MovedBy(row))))
        {
            (long before, long lines) = ends.GetValueOrDefault(place);
            if (number != before + 1) return Wrong($"{place}/statements", "number", before + 1, number);
            if (through != lines + added) return Wrong($"{place}/statements/{number}", "last line", lines + added, through);
            if (added > 0) expected[(place, number)] = (added, lines + 1, through);
            if (added > 0 && sum is { } fen) moved[(place, number)] = fen;
            ends[place] = (number, through);
        }
        foreach ((string place, long number, var found, Int128 sum) in List(Lines, row => (
            Place(row), row.GetInt64(2), (row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)), LedgerRows.Sum(row, 6))))
        {
            if (!expected.Remove((place, number), out var said)) said = default;
            if (said != found) return new Finding($"{place}/statements/{number}", "lines: how many, first, last", $"{said}", $"{found}");
            if (moved.TryGetValue((place, number), out Int128 fen) && fen != sum) return new Finding(
                $"{place}/statements/{number}", "sum of its lines", $"{fen}: closing less opening balance", $"{sum}");
        }
        foreach (var missing in expected) return new Finding(
            $"{missing.Key.Place}/statements/{missing.Key.Statement}", "lines: how many, first, last", $"{missing.Value}", "none");
        foreach (var book in books.Values)
        {
            (long statements, long lines) = ends.GetValueOrDefault(book.Place);
            ends.Remove(book.Place);
            if (book.Statements != statements) return Wrong(book.Place, "statements", statements, book.Statements);
            if (book.Lines != lines) return Wrong(book.Place, "lines", lines, book.Lines);
        }
        foreach (string place in ends.Keys) return new Finding(place, "book", "one: there are statements", "none");
        foreach ((string place, long last) in List(Groups, row => (Place(row), row.GetInt64(2))))
        {
            long most = books.TryGetValue(place, out var book) ? book.Last : 0;
            if (last > most) return Wrong(place, "last group", last, most);
        }
        return null;
    }

    /// <summary>Holds lines against the entries that were made of them.</summary>
    private Finding? Booked()
    {
        if (!facts.HasLines) return null;
        using DbDataReader row = read(AllLines);
        while (row.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (facts.Line(LedgerRows.Region(row), row.GetString(1), row.GetInt64(2)) is not { } fact) continue;
            string where = $"{Place(row)}/lines/{row.GetInt64(2)}", by = $" by entry {fact.Entry}";
            if (fact.SignedFen is { } fen && fen != row.GetInt64(4)) return new Finding(
                where, "amount", $"{fen}{by}", $"{row.GetInt64(4)}");
            if (fact.Day is { } day && day != row.GetFieldValue<DateOnly>(3)) return new Finding(
                where, "day", $"{day:O}{by}", $"{row.GetFieldValue<DateOnly>(3):O}");
        }
        return null;
    }

    /// <summary>Holds the lines of each confirmed match against what the journals say of its things.</summary>
    private Finding? Matched()
    {
        using DbDataReader row = read(Confirmed);
        (RegionCode Region, string Account, long Group) at = (default, "", 0);
        var lines = new SortedDictionary<long, long>();
        var items = new HashSet<string>(StringComparer.Ordinal);
        (string Pass, long Difference) match = default;
        while (row.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            (RegionCode, string, long) next = (LedgerRows.Region(row), row.GetString(1), row.GetInt64(2));
            if (next != at)
            {
                if (Differs() is { } finding) return finding;
                at = next;
                lines.Clear();
                items.Clear();
            }
            lines[row.GetInt64(3)] = row.GetInt64(4);
            items.Add(row.GetString(5));
            match = (row.GetString(6), row.GetInt64(7));
        }
        return Differs();

        Finding? Differs()
        {
            // Where a match had too many things to list, it names none.
            if (lines.Count == 0 || items.Contains("")) return null;
            Int128 things = 0, sum = 0;
            string where = $"regions/{at.Region}/bank/{at.Account}/lines/{lines.First().Key}";
            foreach (string item in items)
            {
                long? fen = facts.Item(at.Region, at.Account, item, match.Pass == Returned, out bool isUntold);
                if (isUntold) return null;
                if (fen is null) return new Finding(where, "matched with", "a posting on the account", item);
                things += fen.Value;
            }
            foreach (long fen in lines.Values) sum += fen;
            return sum - things == match.Difference ? null : new Finding(
                where, $"amount of the {lines.Count} lines of its match", $"{things + match.Difference}", $"{sum}");
        }
    }

    /// <summary>
    /// By how much a statement's lines move the balance; null where it doesn't say, or where some of its lines were known.
    /// </summary>
    private static Int128? MovedBy(DbDataReader row) =>
        row.GetInt64(3) != row.GetInt64(5) || row.IsDBNull(6) || row.IsDBNull(7) ? null : (Int128)row.GetInt64(7) - row.GetInt64(6);

    private static Finding Wrong(string where, string what, long expected, long found) => new(where, what, $"{expected}", $"{found}");

    private static string Place(DbDataReader row) => $"regions/{LedgerRows.Region(row)}/bank/{row.GetString(1)}";

    private List<T> List<T>(string sql, Func<DbDataReader, T> value)
    {
        using DbDataReader row = read(sql);
        var found = new List<T>();
        while (row.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            found.Add(value(row));
        }
        return found;
    }
}
