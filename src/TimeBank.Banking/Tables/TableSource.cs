using System.IO.Compression;

namespace TimeBank.Banking;

/// <summary>
/// Finds out by its first bytes what kind of file holds a table: text, a zip archive with text in it, or a spreadsheet. A bank's name for
/// the file says nothing, since many call a spreadsheet .csv and the other way round.
/// </summary>
internal static class TableSource
{
    private static ReadOnlySpan<byte> Zip => "PK\x03\x04"u8;

    private static ReadOnlySpan<byte> EmptyZip => "PK\x05\x06"u8;

    private static ReadOnlySpan<byte> CompoundFile => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

    /// <returns>The rows of the one table whose header the profile knows; all rows where there is one table only.</returns>
    /// <exception cref="RefusedException">The file is damaged, locked or too large, or several tables have the header.</exception>
    public static IEnumerable<TableRow> Rows(BoundedStream file, StatementProfile profile, StatementTerms terms)
    {
        byte[] head = new byte[8];
        int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (length == 0) throw RefusedException.Of(RefusalReason.FileEmpty, 0);
        var whole = new JoinedStream(head.AsMemory(0, length), file);
        if (head.AsSpan().StartsWith(CompoundFile)) return ExcelTable.Rows(Buffered(whole), isArchive: false, profile, terms);
        if (!head.AsSpan().StartsWith(Zip) && !head.AsSpan().StartsWith(EmptyZip)) return CsvTable.Rows(
            StrictText.Open(whole, profile), profile.Separator);
        MemoryStream archive = Buffered(whole);
        return IsSpreadsheet(archive) ? ExcelTable.Rows(archive, isArchive: true, profile, terms) : InArchive(archive, profile, terms);
    }

    private static MemoryStream Buffered(Stream whole)
    {
        var buffer = new MemoryStream();
        whole.CopyTo(buffer);
        buffer.Position = 0;
        return buffer;
    }

    private static bool IsSpreadsheet(MemoryStream bytes)
    {
        using ZipArchive archive = Archives.Open(bytes);
        return archive.GetEntry("[Content_Types].xml") is not null;
    }

    private static IEnumerable<TableRow> InArchive(MemoryStream bytes, StatementProfile profile, StatementTerms terms)
    {
        using ZipArchive archive = Archives.Open(bytes);
        Archives.RefuseLocked(archive);
        List<ZipArchiveEntry> tables = [];
        var limit = new UnpackLimit(terms.MaxUnpackedBytes);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            if (!entry.FullName.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)) continue;
            using Stream unpacked = Archives.Unpack(entry, limit);
            if (TableReader.HasHeader(CsvTable.Rows(StrictText.Open(unpacked, profile), profile.Separator), profile)) tables.Add(entry);
        }
        if (tables.Count != 1) throw RefusedException.Of(
            tables.Count == 0 ? RefusalReason.HeaderNotFound : RefusalReason.TableTwice, 0, null, profile.HeaderNames);
        using Stream table = Archives.Unpack(tables[0], new UnpackLimit(terms.MaxUnpackedBytes));
        foreach (TableRow row in CsvTable.Rows(StrictText.Open(table, profile), profile.Separator)) yield return row;
    }
}
