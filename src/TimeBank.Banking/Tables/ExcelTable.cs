using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace TimeBank.Banking;

/// <summary>
/// The rows of the sheet that has the profile's header. The library gives an error such as #N/A as an empty cell and a formula as its last
/// result, so an .xlsx is looked through for both first, and measured while it unpacks. In the older .xls neither can be told apart.
/// </summary>
internal static class ExcelTable
{
    // A sheet that is coloured to its edge has 16,384 columns.
    private const int MaxColumns = 1_024;
    private const int MaxMarks = 100_000;

    /// <exception cref="RefusedException">The spreadsheet is damaged, locked or too large, or several sheets have the header.</exception>
    public static IEnumerable<TableRow> Rows(MemoryStream bytes, bool isArchive, StatementProfile profile, StatementTerms terms)
    {
        // The library asks for Windows code pages by number, even for files that have no text in one.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Dictionary<(string Sheet, int Row, int Column), CellKind> marks = [];
        HashSet<string>? looked = isArchive ? LookThrough(bytes, terms, marks) : null;
        int found = -1;
        foreach ((int sheet, string name, IEnumerable<TableRow> rows) in Sheets(bytes, []))
        {
            if (!TableReader.HasHeader(rows, profile)) continue;
            if (found >= 0) throw RefusedException.Of(RefusalReason.TableTwice, 0);
            if (looked?.Contains(name) == false) throw RefusedException.Of(RefusalReason.ArchiveUnreadable, 0);
            found = sheet;
        }
        if (found < 0) throw RefusedException.Of(RefusalReason.HeaderNotFound, 0, null, profile.HeaderNames);
        foreach ((int sheet, _, IEnumerable<TableRow> rows) in Sheets(bytes, marks))
        {
            if (sheet != found) continue;
            foreach (TableRow row in rows) yield return row;
        }
    }

    private static IEnumerable<(int Sheet, string Name, IEnumerable<TableRow> Rows)> Sheets(
        MemoryStream bytes, Dictionary<(string Sheet, int Row, int Column), CellKind> marks)
    {
        using IExcelDataReader reader = Guarded(() =>
        {
            bytes.Position = 0;
            return ExcelReaderFactory.CreateReader(bytes, new ExcelReaderConfiguration { LeaveOpen = true });
        });
        int sheet = 0;
        do
        {
            yield return (sheet++, reader.Name, SheetRows(reader, marks));
        }
        while (Guarded(reader.NextResult));
    }

    private static IEnumerable<TableRow> SheetRows(
        IExcelDataReader reader, Dictionary<(string Sheet, int Row, int Column), CellKind> marks)
    {
        for (int row = 1; Guarded(reader.Read); row++)
        {
            var cells = new Cell[Math.Min(reader.FieldCount, MaxColumns)];
            for (int at = 0; at < cells.Length; at++)
            {
                Cell cell = reader.GetValue(at) switch
                {
                    null => Cell.Blank,
                    string text => Cell.OfText(text),
                    DateTime day => Cell.OfDay(day),
                    double number => Cell.OfNumber(number),
                    int number => Cell.OfNumber(number),
                    var other => Cell.OfText(Convert.ToString(other, CultureInfo.InvariantCulture) ?? ""),
                };
                cells[at] = marks.Count == 0 || !marks.TryGetValue((reader.Name, row, at), out CellKind kind) ? cell
                    : kind == CellKind.Error ? Cell.OfError("#") : Cell.OfFormula(cell.Text);
            }
            yield return new TableRow(row, cells);
        }
    }

    private static T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidPasswordException)
        {
            throw RefusedException.Of(RefusalReason.ArchiveEncrypted, 0);
        }
        catch (Exception error) when (error is not (RefusedException or OutOfMemoryException))
        {
            // The library has no one exception for a damaged file: it throws what its arithmetic happens to run into.
            throw RefusedException.Of(RefusalReason.ArchiveUnreadable, 0);
        }
    }

    /// <summary>Marks the cells of an .xlsx that are formulas or errors, by sheet, row from 1 and column from 0.</summary>
    /// <returns>The sheets that were looked through.</returns>
    /// <exception cref="RefusedException">The file unpacks to too much, has a DTD or isn't XML.</exception>
    private static HashSet<string> LookThrough(
        MemoryStream bytes, StatementTerms terms, Dictionary<(string Sheet, int Row, int Column), CellKind> marks)
    {
        HashSet<string> looked = [];
        using ZipArchive archive = Archives.Open(bytes);
        Archives.RefuseLocked(archive);
        var limit = new UnpackLimit(terms.MaxUnpackedBytes);
        // The library holds all texts of the file at once, which take more room there than in the file.
        var textLimit = new UnpackLimit(terms.MaxUnpackedBytes / 4);
        Dictionary<string, string> sheets = SheetNames(archive, limit);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            bool isTexts = entry.FullName.EndsWith("sharedStrings.xml", StringComparison.OrdinalIgnoreCase);
            using Stream unpacked = Archives.Unpack(entry, isTexts ? textLimit : limit);
            if (sheets.TryGetValue(entry.FullName.Replace('\\', '/'), out string? name))
            {
                Mark(unpacked, name, marks);
                looked.Add(name);
            }
            unpacked.CopyTo(Stream.Null);
        }
        return looked;
    }

    private static Dictionary<string, string> SheetNames(ZipArchive archive, UnpackLimit limit)
    {
        Dictionary<string, string> files = [], names = new(StringComparer.OrdinalIgnoreCase);
        Each(archive, "xl/_rels/workbook.xml.rels", limit, "Relationship", xml =>
        {
            string target = xml.GetAttribute("Target") ?? "";
            files[xml.GetAttribute("Id") ?? ""] = target.StartsWith('/') ? target[1..] : $"xl/{target}";
        });
        Each(archive, "xl/workbook.xml", limit, "sheet", xml =>
        {
            string id = xml.GetAttribute("id", "http://schemas.openxmlformats.org/officeDocument/2006/relationships")
                ?? xml.GetAttribute("id", "http://purl.oclc.org/ooxml/officeDocument/relationships") ?? "";
            if (files.TryGetValue(id, out string? file)) names[file] = xml.GetAttribute("name") ?? "";
        });
        return names;
    }

    private static void Each(ZipArchive archive, string file, UnpackLimit limit, string element, Action<XmlReader> take)
    {
        if (archive.GetEntry(file) is not { } entry) return;
        using Stream unpacked = Archives.Unpack(entry, limit);
        Walk(unpacked, xml =>
        {
            if (xml.LocalName == element) take(xml);
        });
    }

    private static void Mark(Stream sheet, string name, Dictionary<(string, int, int), CellKind> marks)
    {
        int row = 0, column = -1;
        Walk(sheet, xml =>
        {
            if (xml.LocalName == "row")
            {
                bool isNumbered = int.TryParse(xml.GetAttribute("r"), NumberStyles.None, CultureInfo.InvariantCulture, out int stated);
                row = isNumbered ? stated : row + 1;
                column = -1;
            }
            else if (xml.LocalName == "c")
            {
                column = xml.GetAttribute("r") is { } place ? ColumnOf(place) : column + 1;
                if (xml.GetAttribute("t") == "e") marks[(name, row, column)] = CellKind.Error;
            }
            else if (xml.LocalName == "f")
            {
                marks.TryAdd((name, row, column), CellKind.Formula);
                if (marks.Count > MaxMarks) throw RefusedException.Of(RefusalReason.FormulaCell, row);
            }
        });
    }

    private static int ColumnOf(string place)
    {
        int column = 0;
        foreach (char letter in place.Take(3).TakeWhile(char.IsAsciiLetterUpper)) column = (column * 26) + (letter - 'A' + 1);
        return column - 1;
    }

    private static void Walk(Stream part, Action<XmlReader> element)
    {
        try
        {
            using var xml = XmlReader.Create(part, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            while (xml.Read())
                if (xml.NodeType == XmlNodeType.Element) element(xml);
        }
        catch (XmlException)
        {
            throw RefusedException.Of(RefusalReason.ArchiveUnreadable, 0);
        }
    }
}
