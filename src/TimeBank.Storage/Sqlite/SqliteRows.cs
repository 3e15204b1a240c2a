using System.Globalization;
using Microsoft.Data.Sqlite;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>How rows become the ledger's values, and back.</summary>
internal static class SqliteRows
{
    public const string HeadColumns = "region, size, frontier, time, accounts, remembered, root";

    public const string AccountColumns =
        "a.number, a.path, a.unit, a.flags, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted, a.opened, a.owner, a.grp, a.valid_from, a.valid_until, a.data";

    public const string EntryColumns = "e.bytes, e.salt, e.leaf";

    public static RegionCode Region(SqliteDataReader row) => Region(row.GetInt32(0));

    public static RegionCode Region(int code) => RegionCode.Parse(code.ToString("D6", CultureInfo.InvariantCulture));

    /// <exception cref="StorageUnavailableException">The row contradicts itself: no append could ever match it.</exception>
    public static LedgerHead Head(SqliteDataReader row)
    {
        RegionCode region = Region(row);
        try
        {
            var tree = MerkleFrontier.FromBytes(row.GetInt64(1), Bytes(row, 2));
            if (tree.Root == new Digest(Bytes(row, 6))) return new LedgerHead(region, tree, new LedgerTime(row.GetInt64(3)), row.GetInt64(4), row.GetInt64(5));
        }
        catch (FormatException)
        {
            // As below.
        }
        throw new StorageUnavailableException($"The head of region {region} contradicts itself: verify the database.");
    }

    public static Account Account(SqliteDataReader row) => new(
        row.GetInt64(0), AccountPath.Parse(row.GetString(1)), Unit.Parse(row.GetString(2)), (AccountFlags)row.GetInt32(3),
        new Counters(row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7)), row.GetInt64(8),
        row.IsDBNull(9) ? null : new AccountTerms(row.GetString(9), row.GetString(10), DateAt(row, 11), DateAt(row, 12), row.GetString(13)));

    public static StoredEntry Entry(SqliteDataReader row)
    {
        byte[] bytes = Bytes(row, 0);
        return new StoredEntry(EntryCodec.Decode(bytes), bytes, Bytes(row, 1), new Digest(Bytes(row, 2)));
    }

    public static byte[] Bytes(SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static long? Number(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static string? Date(DateOnly? date) => date?.ToString("O", CultureInfo.InvariantCulture);

    private static DateOnly? DateAt(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateOnly.ParseExact(row.GetString(column), "O", CultureInfo.InvariantCulture);
}
