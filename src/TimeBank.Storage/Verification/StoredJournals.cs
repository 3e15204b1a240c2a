using System.Collections.Immutable;
using System.Data.Common;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>Streams the rows of every region into a <see cref="JournalVerifier"/>, for any engine.</summary>
/// <param name="banks">Learns what the entries say of bank accounts.</param>
internal sealed class StoredJournals(StoredRows rows, BankFacts banks, CancellationToken cancellation)
{
    private static readonly string[] RegionTables = ["entries", "accounts", "outcomes", "transfers", "holds", "books"];

    private string _reading = "ledger_head";

    /// <summary>The first error. The regions before it are sound and are added to <paramref name="sound"/>.</summary>
    public Finding? Verify(List<VerifiedRegion> sound)
    {
        try
        {
            return First(sound);
        }
        // The tables' owner can drop every constraint, so any column may be unreadable.
        catch (Exception unreadable) when (
            unreadable is FormatException or ArgumentException or InvalidCastException or InvalidOperationException or OverflowException)
        {
            return new Finding(_reading, "row", "one that can be read", unreadable.Message);
        }
    }

    private Finding? First(List<VerifiedRegion> sound)
    {
        foreach (string table in RegionTables)
        {
            List<int> headless = List($"SELECT region FROM {table} WHERE region NOT IN (SELECT region FROM ledger_head) LIMIT 1", row =>
                row.GetInt32(0));
            if (headless is [int region, ..]) return new Finding($"regions/{region}/head", "head", $"one: {table} has rows of the region",
                "none");
        }
        foreach (HeadRow head in List(rows.Heads, Head))
        {
            if (List(rows.Books, Books, head.Region.Value) is not [var books]) return new Finding($"regions/{head.Region}/books", "books",
                "some", "none");
            var verifier = new JournalVerifier(head, books, banks.Add);
            Finding? finding = Entries(head.Region, verifier)
                ?? Each("outcomes", rows.Outcomes, head.Region, row => verifier.Outcome(Outcome(row)))
                ?? Each("holds", rows.Holds, head.Region, row => verifier.Hold(row.GetInt64(0), LedgerRows.Number(row, 1)))
                ?? Each("accounts", rows.Accounts, head.Region, row => Account(head.Region, verifier, row))
                ?? verifier.Finish();
            if (finding is not null) return finding;
            sound.Add(verifier.Verified);
        }
        return null;
    }

    private Finding? Entries(RegionCode region, JournalVerifier verifier)
    {
        using var transfers = new TransferRows(rows, region);
        Finding? finding = Each("entries", rows.Entries, region, row => verifier.Entry(new EntryRow(
            row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetInt64(3), row.GetString(4), LedgerRows.Number(row, 5),
                LedgerRows.Number(row, 6),
            LedgerRows.Bytes(row, 7), LedgerRows.Bytes(row, 8), LedgerRows.Bytes(row, 9), transfers.Of(row.GetInt64(0)))));
        finding ??= verifier.EndEntries()
            ?? (transfers.Next is { } orphan
            ? new Finding($"regions/{region}/entries/{orphan}", "transfer rows", "none: there is no such entry", "some") : null);
        if (finding is not null) rows.Abandon();
        return finding;
    }

    private Finding? Each(string table, string sql, RegionCode region, Func<DbDataReader, Finding?> check)
    {
        _reading = $"regions/{region}/{table}";
        using DbDataReader row = rows.Read(sql, [region.Value]);
        while (row.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (check(row) is not { } finding) continue;
            rows.Abandon();
            return finding;
        }
        return null;
    }

    private static Finding? Account(RegionCode region, JournalVerifier verifier, DbDataReader row)
    {
        Account account;
        try
        {
            account = LedgerRows.Account(row);
        }
        catch (Exception unreadable) when (
            unreadable is FormatException or InvalidOperationException or InvalidCastException or OverflowException)
        {
            return new Finding($"regions/{region}/accounts/{row.GetString(1)}", "columns", "an account", unreadable.Message);
        }
        return verifier.Account(account);
    }

    private static HeadRow Head(DbDataReader row) => new(
        LedgerRows.Region(row), row.GetInt64(1), LedgerRows.Bytes(row, 2), LedgerRows.Bytes(row, 3), row.GetInt64(4), row.GetInt64(5),
            row.GetInt64(6), LedgerRows.Bytes(row, 7));

    private static OutcomeRow Outcome(DbDataReader row) => new(
        EntryId.FromBytes(LedgerRows.Bytes(row, 0)), LedgerRows.Number(row, 1), row.IsDBNull(2) ? null : LedgerRows.Bytes(row, 2),
            LedgerRows.Number(row, 3), row.IsDBNull(4) ? null : row.GetString(4), LedgerRows.Number(row, 5));

    private static BooksRow Books(DbDataReader row) =>
        new(row.GetInt64(0), LedgerRows.Bytes(row, 1), LedgerRows.Bytes(row, 2), row.GetInt64(3), row.GetInt64(4));

    private List<T> List<T>(string sql, Func<DbDataReader, T> value, params object?[] values)
    {
        using DbDataReader row = rows.Read(sql, values);
        var found = new List<T>();
        while (row.Read()) found.Add(value(row));
        return found;
    }
}

/// <summary>An engine's queries over one snapshot, for the verifier. Each query but the first has one parameter, the region.</summary>
/// <param name="Heads">Region, size, root, frontier, time, accounts, remembered, chain, by region.</param>
/// <param name="Books">Size, root, frontier, time, accounts.</param>
/// <param name="Entries">Index, time, effective date as text, kind, code, named entry, expiry, bytes, salt, leaf, by index.</param>
/// <param name="Transfers">Index, position, debit, credit, unit, posted, held, released and the four counters after, by index and
/// position.</param>
/// <param name="Outcomes">Id as bytes, index, command, reason, detail, number among the refusals and notes.</param>
/// <param name="Holds">Index, expiry, by index.</param>
/// <param name="Accounts">The columns that <see cref="LedgerRows.Account"/> reads, by number.</param>
/// <param name="Read">Starts a query.</param>
/// <param name="ReadBeside">Starts a query while another one is being read.</param>
/// <param name="Abandon">Called before queries are left half-read.</param>
internal sealed record StoredRows(
    string Heads, string Books, string Entries, string Transfers, string Outcomes, string Holds, string Accounts,
    Func<string, object?[], DbDataReader> Read, Func<string, object?[], DbDataReader> ReadBeside, Action Abandon);

/// <summary>The transfers of a region in order, read beside its entries.</summary>
internal sealed class TransferRows : IDisposable
{
    private readonly DbDataReader _row;

    public TransferRows(StoredRows rows, RegionCode region)
    {
        _row = rows.ReadBeside(rows.Transfers, [region.Value]);
        Advance();
    }

    /// <summary>The entry of the next row; null at the end.</summary>
    public long? Next { get; private set; }

    /// <summary>The rows up to an entry: its own, and rows of entries that do not exist.</summary>
    public ImmutableArray<TransferRow> Of(long index)
    {
        var rows = ImmutableArray.CreateBuilder<TransferRow>();
        for (; Next <= index; Advance())
        {
            rows.Add(new TransferRow(
                _row.GetInt64(1), _row.GetInt64(2), _row.GetInt64(3), _row.GetString(4), _row.GetInt64(5), _row.GetInt64(6),
                    _row.GetInt64(7),
                _row.GetInt64(8), _row.GetInt64(9), _row.GetInt64(10), _row.GetInt64(11)));
        }
        return rows.ToImmutable();
    }

    public void Dispose() => _row.Dispose();

    private void Advance() => Next = _row.Read() ? _row.GetInt64(0) : null;
}
