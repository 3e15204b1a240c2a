using System.Collections.Immutable;
using System.Data.Common;
using System.Runtime.InteropServices;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>Converts rows about bank accounts of either engine to the ledger's values.</summary>
internal static class BankRows
{
    public const string LineColumns =
        "l.number, l.statement, l.day, l.signed_fen, l.fingerprint, l.occurrence, l.bank_reference, l.content";

    public const string MatchColumns = "m.line, m.grp, m.item, m.status, m.pass, m.difference_fen, m.made_by, m.made_at";

    /// <summary>How many lines, and the sums of those above and below zero, each as the two columns of <see cref="LedgerRows.SumOf"/>.
    /// </summary>
    public static readonly string TotalColumns =
        $"count(*), {LedgerRows.SumOf("(CASE WHEN l.signed_fen > 0 THEN l.signed_fen ELSE 0 END)")}, "
            + LedgerRows.SumOf("(CASE WHEN l.signed_fen < 0 THEN l.signed_fen ELSE 0 END)");

    /// <param name="id">The engine's expression for the id's bytes.</param>
    public static string StatementColumns(string id) =>
        $"number, file, profile, file_name, {id}, imported_by, imported_at, bank_number, from_day, to_day, opening_fen, closing_fen, "
            + "line_count, new_lines, through_line, note";

    public static BankBook Book(DbDataReader row) => new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3));

    public static StoredStatement Statement(DbDataReader row) => new(
        row.GetInt64(0), new Digest(LedgerRows.Bytes(row, 1)), row.GetString(2), row.GetString(3),
        EntryId.FromBytes(LedgerRows.Bytes(row, 4)), row.GetString(5), new LedgerTime(row.GetInt64(6)), Text(row, 7), Day(row, 8),
        Day(row, 9), LedgerRows.Number(row, 10), LedgerRows.Number(row, 11), row.GetInt32(12), row.GetInt32(13), row.GetInt64(14),
        row.GetString(15));

    public static StoredBankLine Line(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<DateOnly>(2), row.GetInt64(3), Bytes(row, 4), row.GetInt32(5), Text(row, 6),
        Bytes(row, 7));

    public static StoredMatch Match(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), (MatchStatus)row.GetInt32(3), row.GetString(4), row.GetInt64(5),
        row.GetString(6), new LedgerTime(row.GetInt64(7)));

    public static BankLineTotals Totals(DbDataReader row) => row.GetInt64(0) is > 0 and long lines
        ? new BankLineTotals(lines, LedgerRows.Sum(row, 1), -LedgerRows.Sum(row, 3)) : new BankLineTotals(0, 0, 0);

    /// <summary>The bytes of an array that nobody changes, without a copy.</summary>
    public static byte[] Array(ImmutableArray<byte> bytes) => ImmutableCollectionsMarshal.AsArray(bytes)!;

    /// <summary>A text after every item that begins so: '~' sorts after every character of an item.</summary>
    public static string Beyond(string itemPrefix) => $"{itemPrefix}~";

    private static ImmutableArray<byte> Bytes(DbDataReader row, int column) =>
        ImmutableCollectionsMarshal.AsImmutableArray(LedgerRows.Bytes(row, column));

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateOnly? Day(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateOnly>(column);
}
