using System.Data.Common;
using System.Globalization;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>Converts rows of any engine to the ledger's values and back. Dates are text, yyyy-MM-dd.</summary>
internal static class LedgerRows
{
    public const string HeadColumns = "region, size, frontier, time, accounts, root, remembered, chain";

    /// <summary>The same columns of the books, which have no refusals and notes.</summary>
    public const string BooksColumns = "region, size, frontier, time, accounts, root";

    public const string AccountColumns =
        "a.number, a.path, a.unit, a.flags, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted, a.opened, a.owner, "
            + "a.grp, a.valid_from, a.valid_until, a.data";

    public const string EntryColumns = "e.bytes, e.salt, e.leaf";

    /// <summary>The sums of the four counters, each as the two columns of <see cref="SumOf"/>.</summary>
    public static readonly string TotalColumns =
        string.Join(", ", ((string[])["debits_pending", "debits_posted", "credits_pending", "credits_posted"]).Select(SumOf));

    /// <summary>
    /// A sum as two columns: of the high and of the low 32 bits. The sum can exceed 64 bits, and SQLite has nothing wider. The sums of the
    /// halves fit for two billion rows.
    /// </summary>
    public static string SumOf(string column) => $"CAST(sum({column} >> 32) AS bigint), CAST(sum({column} & 4294967295) AS bigint)";

    public static RegionCode Region(DbDataReader row) => Region(row.GetInt32(0));

    public static RegionCode Region(int code) => RegionCode.Parse(code.ToString("D6", CultureInfo.InvariantCulture));

    /// <exception cref="StorageUnavailableException">The row contradicts itself: no append could ever match it.</exception>
    public static LedgerHead Head(DbDataReader row) =>
        Head(row, () => Remembered.FromBytes(row.GetInt64(6), Bytes(row, 7)));

    /// <exception cref="StorageUnavailableException">The row contradicts itself.</exception>
    public static LedgerHead BooksHead(DbDataReader row) => Head(row, () => Remembered.None);

    private static LedgerHead Head(DbDataReader row, Func<Remembered> remembered)
    {
        RegionCode region = Region(row);
        try
        {
            var tree = MerkleFrontier.FromBytes(row.GetInt64(1), Bytes(row, 2));
            if (tree.Root == new Digest(Bytes(row, 5))) return new LedgerHead(region, tree, new LedgerTime(row.GetInt64(3)),
                row.GetInt64(4), remembered());
        }
        catch (Exception unreadable) when (unreadable is FormatException or ArgumentException)
        {
            // The same answer as for a wrong root: throw below.
        }
        throw new StorageUnavailableException($"The head of region {region} contradicts itself: verify the database.");
    }

    public static Account Account(DbDataReader row) => new(
        row.GetInt64(0), AccountPath.Parse(row.GetString(1)), Unit.Parse(row.GetString(2)), (AccountFlags)row.GetInt32(3),
        Counters(row, 4), row.GetInt64(8),
        row.IsDBNull(9)
        ? null : new AccountTerms(row.GetString(9), row.GetString(10), DateAt(row, 11), DateAt(row, 12), row.GetString(13)));

    public static StoredEntry Entry(DbDataReader row)
    {
        byte[] bytes = Bytes(row, 0);
        return new StoredEntry(EntryCodec.Decode(bytes), bytes, Bytes(row, 1), new Digest(Bytes(row, 2)));
    }

    public static Outcome Outcome(DbDataReader row)
    {
        if (!row.IsDBNull(4)) return Ledger.Outcome.Wrote(EntryCodec.Decode(Bytes(row, 4)));
        Refusal? refusal = row.IsDBNull(2) ? null : new Refusal((Reason)row.GetInt32(2), row.GetString(3));
        return new Outcome(EntryId.FromBytes(Bytes(row, 0)), new Digest(Bytes(row, 1)), refusal, null, Replayed: false);
    }

    public static LinkedEntry LinkedEntry(DbDataReader row) => new(EntryCodec.Decode(Bytes(row, 0)), Number(row, 1), Number(row, 2));

    public static (long Account, JournalEntry Entry) LastEntry(DbDataReader row) => (row.GetInt64(0), EntryCodec.Decode(Bytes(row, 1)));

    public static Posting Posting(DbDataReader row) => new(
        EntryCodec.Decode(Bytes(row, 0)), row.GetInt32(1), row.GetInt64(2) != 0, row.GetInt64(3),
        new Counters(0, row.GetInt64(4), 0, row.GetInt64(5)), AccountPath.Parse(row.GetString(6)));

    public static StoredTransfer Transfer(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt32(1), AccountPath.Parse(row.GetString(2)), AccountPath.Parse(row.GetString(3)),
        new Transfer(row.GetInt64(4), row.GetInt64(5), Unit.Parse(row.GetString(6)), row.GetInt64(7), row.GetInt64(8), row.GetInt64(9)),
        new Counters(0, row.GetInt64(10), 0, row.GetInt64(11)), new Counters(0, row.GetInt64(12), 0, row.GetInt64(13)));

    public static Flow Flow(DbDataReader row, bool isDebit) => new(
        StoredName.Parse<EntryCode>(row.GetString(0)), row.GetInt64(1) != 0, isDebit, Unit.Parse(row.GetString(2)),
        row.IsDBNull(3) ? null : AccountPath.Parse(row.GetString(3)), Sum(row, 4), row.GetInt64(6), row.GetInt32(7));

    public static Turnover Turnover(DbDataReader row) => new(
        StoredName.Parse<EntryCode>(row.GetString(0)), row.GetInt64(1) != 0, Unit.Parse(row.GetString(2)), row.GetString(3),
        row.GetString(4), Sum(row, 5), row.GetInt64(7));

    public static UnitTotals UnitTotals(DbDataReader row) => new(Unit.Parse(row.GetString(0)), Totals(row, 1), row.GetInt64(9));

    public static ClassTotals ClassTotals(DbDataReader row) =>
        new(Unit.Parse(row.GetString(0)), row.GetString(1), Totals(row, 2), row.GetInt64(10));

    public static byte[] Bytes(DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static long? Number(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static string? Date(DateOnly? date) => date?.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>Four counters, beginning at a column: debits pending and posted, credits pending and posted.</summary>
    private static Counters Counters(DbDataReader row, int column) =>
        new(row.GetInt64(column), row.GetInt64(column + 1), row.GetInt64(column + 2), row.GetInt64(column + 3));

    /// <summary>The four sums of <see cref="TotalColumns"/>, beginning at a column.</summary>
    private static CounterTotals Totals(DbDataReader row, int column) =>
        new(Sum(row, column), Sum(row, column + 2), Sum(row, column + 4), Sum(row, column + 6));

    public static Int128 Sum(DbDataReader row, int column) => ((Int128)row.GetInt64(column) << 32) + row.GetInt64(column + 1);

    private static DateOnly? DateAt(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateOnly.ParseExact(row.GetString(column), "O", CultureInfo.InvariantCulture);
}
