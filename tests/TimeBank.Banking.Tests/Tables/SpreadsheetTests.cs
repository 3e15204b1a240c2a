using System.IO.Compression;
using System.Text;
using Xunit;

namespace TimeBank.Banking.Tests;

/// <summary>Spreadsheets, made cell by cell as a bank's export or a person's editing leaves them.</summary>
public sealed class SpreadsheetTests
{
    private const string Header = "<row r=\"3\">"
        + "{0}记账日期{1}货币{1}交易金额{1}联机余额{1}交易摘要{1}对手信息{1}客户摘要{2}</row>";

    private static readonly string Right = Row(4, Text("2026-11-01"), Text("CNY"), Number("12.5"), Number("112.5"), Text("转账"))
        + Row(5, Serial(46_328), Text("CNY"), Number("-0.30000000000000004"), Number("112.2"), Text("转账"));

    [Fact]
    public void Numbers_and_serial_days_are_read()
    {
        BankStatement read = Given.Read("cmb-debit", Book(Right)).Statement();

        Assert.Equal([1_250L, -30], read.Lines.Select(line => line.SignedFen));
        Assert.Equal(new DateOnly(2026, 11, 2), read.Lines[1].BookedOn);
        Assert.Equal(5, read.Lines[1].FileLine);
        Assert.Equal((10_000L, 11_220L), (read.OpeningFen, read.ClosingFen));
    }

    [Theory]
    [InlineData("<c><v>-0.30000000000000004</v></c>", "<c t=\"e\"><v>#N/A</v></c>", "CellError 5 交易金额")]
    [InlineData("<c><v>-0.30000000000000004</v></c>", "<c><f>A1</f><v>-0.3</v></c>", "FormulaCell 5 交易金额")]
    [InlineData("<c><v>-0.30000000000000004</v></c>", "<c/>", "AmountMissing 5 交易金额")]
    [InlineData("<c><v>-0.30000000000000004</v></c>", "<c><v>-0.301</v></c>", "AmountTooPrecise 5 交易金额")]
    [InlineData("<c><v>-0.30000000000000004</v></c>", "<c><v>1E+20</v></c>", "AmountInvalid 5 交易金额")]
    [InlineData("<c><v>46328</v></c>", "<c><v>20261102</v></c>", "DateInvalid 5 记账日期")]
    [InlineData("<sheetData>", "<!DOCTYPE x><sheetData>", "ArchiveUnreadable 0")]
    [InlineData("</sheetData>", "", "ArchiveUnreadable 0")]
    public void A_cell_that_the_bank_didnt_write_refuses_the_file(string part, string wrong, string refused) =>
        Assert.Equal(refused, Given.Read("cmb-debit", Book(Right, sheet => sheet.Replace(part, wrong))).Refused());

    [Fact]
    public void An_id_that_is_a_number_is_refused()
    {
        string rows = "<row r=\"1\">" + string.Concat(((string[])["交易日期", "交易时间", "交易摘要", "交易金额", "本次余额", "对手信息", "日 志 号",
            "交易渠道", "交易附言"]).Select(Text)) + "</row>" + Row(2, Text("20261101"), Text("123456"), Text("转存"), Number("1"), Number("1"),
            Text("甲"), Number("369396693"), Text("网银"), Text("x"));

        Assert.Equal("IdSpoilt 2 日 志 号", Given.Read("abc-debit", Book(rows, header: "")).Refused());
    }

    [Fact]
    public void Two_sheets_with_the_header_are_refused() =>
        Assert.Equal("TableTwice 0", Given.Read("cmb-debit", Book(Right, sheets: 2)).Refused());

    [Fact]
    public void An_archive_that_unpacks_to_too_much_is_refused()
    {
        byte[] bomb = Book(Right, sheet => sheet.Replace("<sheetData>", $"<!--{new string(' ', 5_000_000)}--><sheetData>"));

        Assert.True(bomb.Length < 50_000);
        Assert.Equal("ArchiveTooLarge 0", Given.Read("cmb-debit", bomb, Given.Card with { MaxUnpackedBytes = 1_000_000 }).Refused());
        Assert.Equal("taken", Given.Read("cmb-debit", bomb).Refused());
    }

    [Theory]
    [InlineData(8)]
    [InlineData(100)]
    [InlineData(700)]
    public void A_damaged_archive_is_refused(int bytes) =>
        Assert.Equal("ArchiveUnreadable 0", Given.Read("cmb-debit", Book(Right)[..bytes]).Refused());

    [Fact]
    public void A_damaged_old_spreadsheet_is_refused()
    {
        byte[] head = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

        Assert.Equal("ArchiveUnreadable 0", Given.Read("cmb-debit", head).Refused());
        Assert.Equal("ArchiveUnreadable 0", Given.Read("cmb-debit", [.. head, .. new byte[4_000]]).Refused());
    }

    private static string Text(string text) => $"<c t=\"inlineStr\"><is><t>{text}</t></is></c>";

    private static string Number(string number) => $"<c><v>{number}</v></c>";

    private static string Serial(int day) => $"<c><v>{day}</v></c>";

    private static string Row(int number, params string[] cells) => $"<row r=\"{number}\">{string.Concat(cells)}</row>";

    private static byte[] Book(string rows, Func<string, string>? change = null, string? header = null, int sheets = 1)
    {
        const string open = "<c t=\"inlineStr\"><is><t>", close = "</t></is></c>";
        header ??= string.Format(Header, open, close + open, close);
        string sheet = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"
            + header + rows + "</sheetData></worksheet>";
        IEnumerable<int> all = Enumerable.Range(1, sheets);
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>");
            Add("_rels/.rels", Relations("<Relationship Id=\"r0\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/"
                + "relationships/officeDocument\" Target=\"xl/workbook.xml\"/>"));
            Add("xl/workbook.xml", "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas."
                + "openxmlformats.org/officeDocument/2006/relationships\"><sheets>"
                + string.Concat(all.Select(at => $"<sheet name=\"S{at}\" sheetId=\"{at}\" r:id=\"r{at}\"/>")) + "</sheets></workbook>");
            Add("xl/_rels/workbook.xml.rels", Relations(string.Concat(all.Select(at => $"<Relationship Id=\"r{at}\" Type=\"http://schemas."
                + $"openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>"))));
            foreach (int at in all) Add($"xl/worksheets/sheet{at}.xml", change?.Invoke(sheet) ?? sheet);

            void Add(string name, string text)
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return bytes.ToArray();
    }

    private static string Relations(string inside) =>
        $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inside}</Relationships>";
}
