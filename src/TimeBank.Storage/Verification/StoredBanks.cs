using System.Data.Common;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Checks what banks say of our accounts against itself: numbers without gaps, statements that have their lines, matches of lines that are
/// there, each line confirmed in one group at most, and the open lines. One statement of SQL serves both engines.
/// </summary>
/// <param name="read">Starts a query.</param>
internal sealed class StoredBanks(Func<string, DbDataReader> read, CancellationToken cancellation)
{
    private const string Books = "SELECT region, account, lines, statements, last_group FROM bank_books";

    private const string Statements =
        "SELECT region, account, number, new_lines, through_line FROM bank_statements ORDER BY region, account, number";

    private const string Lines =
        "SELECT region, account, statement, count(*), min(number), max(number) FROM bank_lines GROUP BY region, account, statement "
            + "ORDER BY region, account, statement";

    private const string Groups = "SELECT region, account, max(grp) FROM bank_matches GROUP BY region, account";

    private const string SameLine = "l.region = m.region AND l.account = m.account AND l.number = m.line";

    private const string IsConfirmed =
        "EXISTS (SELECT 1 FROM bank_matches m WHERE m.region = l.region AND m.account = l.account AND m.line = l.number AND m.status = 1)";

    private const string IsOpen =
        "EXISTS (SELECT 1 FROM bank_open o WHERE o.region = l.region AND o.account = l.account AND o.number = l.number)";

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
    ];

    /// <summary>The first error; null where there is none.</summary>
    public Finding? Verify()
    {
        try
        {
            return Counted() ?? Errors.Select(error => List(error.Sql, row => new Finding(
                $"{Place(row)}/lines/{row.GetInt64(2)}", error.What, error.Expected, error.Found)).FirstOrDefault())
                .FirstOrDefault(finding => finding is not null);
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
        foreach ((string place, long number, long added, long through) in List(
            Statements, row => (Place(row), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4))))
        {
            (long before, long lines) = ends.GetValueOrDefault(place);
            if (number != before + 1) return Wrong($"{place}/statements", "number", before + 1, number);
            if (through != lines + added) return Wrong($"{place}/statements/{number}", "last line", lines + added, through);
            if (added > 0) expected[(place, number)] = (added, lines + 1, through);
            ends[place] = (number, through);
        }
        foreach ((string place, long number, var found) in List(
            Lines, row => (Place(row), row.GetInt64(2), (row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)))))
        {
            if (!expected.Remove((place, number), out var said)) said = default;
            if (said != found) return new Finding($"{place}/statements/{number}", "lines: how many, first, last", $"{said}", $"{found}");
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
