using System.Text;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Cli.Tests;

public sealed class ImportFileTests
{
    private const string Header = "id,date,account,side,unit,amount,memo\n";

    [Fact]
    public void Lines_have_their_numbers_and_cells_whatever_they_begin_with()
    {
        (List<ImportLine> lines, List<ImportRefusal> refused) = Read(
            "\ufeffMemo,AMOUNT,unit,side,account,date,id,other\r\n\"a, "
                + "\"\"b\"\"\nc\",1200,MIN,贷,pool/donated,2026-09-30,k1,x\r\n\r\n'=1+1,5,CNY,debit,bank/ccb,2026-09-30,'-7\r\n");

        Assert.Empty(refused);
        Assert.Equal((2, "k1", "pool/donated", Side.Credit, "a, \"b\"\nc"),
            (lines[0].Number, lines[0].Key, lines[0].Account, lines[0].Side, lines[0].Memo));
        Assert.Equal((new Amount { Value = 1_200, Unit = "MIN" }, new Date { Year = 2026, Month = 9, Day = 30 }),
            (lines[0].Amount, lines[0].Date));
        Assert.Equal((5, "-7", "=1+1", Side.Debit), (lines[1].Number, lines[1].Key, lines[1].Memo, lines[1].Side));
    }

    [Theory]
    [InlineData(",")]
    [InlineData(",,,")]
    [InlineData(",\"\"")]
    public void Empty_cells_behind_the_last_column_say_nothing(string behind)
    {
        const string row = "k,2026-09-30,bank/ccb,DEBIT,CNY,12,opening";

        (List<ImportLine> lines, List<ImportRefusal> refused) = Read(Header + row + behind);

        Assert.Empty(refused);
        Assert.Equal(Read(Header + row).Lines, lines);
    }

    /// <summary>A spreadsheet that once had more columns writes their separators in the header too.</summary>
    [Fact]
    public void A_cell_behind_the_last_name_is_no_column_of_its_own()
    {
        (List<ImportLine> lines, List<ImportRefusal> refused) =
            Read("no," + Header.TrimEnd()
            + ",,\n1,k,2026-09-30,bank/ccb,DEBIT,CNY,12,opening,,\n2,l,2026-09-30,bank/ccb,DEBIT,CNY,12,opening,,more\n");

        Assert.Equal("k", Assert.Single(lines).Key);
        Assert.Equal(("l", "line"), (Assert.Single(refused).Key, refused[0].Field));
    }

    [Theory]
    [InlineData("k,2026-09-30,bank/ccb,DEBIT,CNY,12.50,", "amount")]
    [InlineData("k,2026-09-30,bank/ccb,DEBIT,CNY,-1,", "amount")]
    [InlineData("k,2026-09-30,bank/ccb,DEBIT,CNY,\"1,000\",", "amount")]
    [InlineData("k,2026-09-30,bank/ccb,DEBIT,CNY,99999999999999999999,", "amount")]
    [InlineData("k,2026-09-30,bank/ccb,DEBIT,CNY,12,345,opening", "line")]
    [InlineData("k,2026-09-30,bank/ccb,DEBIT,CNY,12,345,", "line")]
    [InlineData("k,2026-09-30,bank/ccb,DEBIT,CNY,12,opening,,more", "line")]
    [InlineData("k,2026-02-30,bank/ccb,DEBIT,CNY,1,", "date")]
    [InlineData("k,30/09/2026,bank/ccb,DEBIT,CNY,1,", "date")]
    [InlineData("k,2026-09-30,bank/ccb,,CNY,1,", "side")]
    [InlineData("k", "amount")]
    public void A_line_that_cannot_be_read_is_reported_with_its_field(string row, string field)
    {
        (List<ImportLine> lines, List<ImportRefusal> refused) = Read(Header + row);

        Assert.Empty(lines);
        ImportRefusal refusal = Assert.Single(refused);
        Assert.Equal((2, "k", "INVALID_FIELD", field), (refusal.Number, refusal.Key, refusal.Reason, refusal.Field));
    }

    /// <summary>A file of any length, of which the server may see the lines in several calls.</summary>
    [Fact]
    public void Lines_that_share_an_id_are_refused_each_with_the_number_of_another()
    {
        const string row = ",2026-09-30,bank/ccb,DEBIT,CNY,100,\n";

        (List<ImportLine> lines, List<ImportRefusal> refused) =
            Read($"{Header}4.20000E+27{row}a{row}4.20000E+27{row}4.20000E+27{row}b,2026-02-30,bank/ccb,DEBIT,CNY,1,\nb{row}{row}{row}");

        // Lines without an id are no copies of each other; the server says that each needs one.
        Assert.Equal(["a", "", ""], lines.Select(line => line.Key));
        Assert.Equal([(2, "id", "Line 4 "), (4, "id", "Line 2 "), (5, "id", "Line 2 "), (6, "date", "The day"), (7, "id", "Line 6 ")],
            refused.OrderBy(line => line.Number).Select(line => ((int)line.Number, line.Field, line.Texts["en"][..7])));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("id,date,account,side,unit,amount,Amount\n", "amount is there more than once")]
    [InlineData("id,date,account,side,unit\n", "amount")]
    [InlineData("id,date,account,side,unit,amount\nk,\"2026", "Line 2")]
    [InlineData("id,date,account,side,unit,amount\nk,\"2026\"x,", "Line 2")]
    public void A_file_that_cannot_be_read_says_why(string text, string why) =>
        Assert.Contains(why, Assert.Throws<UsageException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("k,\"said \"\"no\"\"", "Line 2: a quote is never closed")]
    [InlineData("k,a\"b,\"cut", "Line 2: a text with a quote must be in quotes")]
    [InlineData("k, \"a,b\"", "Line 2: a text with a quote must be in quotes")]
    [InlineData("k,\"a\n\nb\"\nm,\"n\" ,", "Line 5: a comma must follow the closing quote")]
    public void A_quote_in_the_wrong_place_ends_the_reading(string rows, string why) =>
        Assert.Contains(why, Assert.Throws<UsageException>(() => Read($"id,date,account,side,unit,amount\n{rows}")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Memos_keep_their_lines_as_line_feeds_and_any_length()
    {
        string memo = new('长', 2_000_000);

        (List<ImportLine> lines, List<ImportRefusal> refused) =
            Read($"{Header}\"\"\r\nk,2026-09-30,bank/ccb,DEBIT,CNY,12,\"a\r\nb\rc{memo}\"\r\n");

        Assert.Empty(refused);
        Assert.Equal((3, $"a\nb\nc{memo}"), (Assert.Single(lines).Number, lines[0].Memo));
    }

    /// <summary>
    /// The same made-up books in every encoding are the same lines, and what is refused of them is reported as it stands in the file.
    /// </summary>
    [Theory]
    [InlineData(65001, false, "UTF-8")]
    [InlineData(65001, true, "UTF-8")]
    [InlineData(1200, true, "UTF-16")]
    [InlineData(1201, true, "UTF-16")]
    [InlineData(54936, false, "GB18030")]
    [InlineData(54936, true, "GB18030")]
    public void Books_are_the_same_in_every_encoding(int codePage, bool marked, string name)
    {
        const string books = Header
            + "凭证-1,2026-09-30,pool/donated,贷,MIN,90,期初结转\n凭证-2,2026-09-30,bank/ccb,借,CNY,1.50,小数\n"
            + "凭证-3,2026-09-30,bank/ccb,借方,CNY,1,\n\U00020000-4,2026-09-30,bank/ccb,借,CNY,1,\"多\n行\"\n";
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage);
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, encoding.GetBytes((marked ? "\ufeff" : "") + books));

            (List<ImportLine> lines, List<ImportRefusal> refused, TextEncoding found) = ImportFile.Read(file, given: null);

            Assert.Equal(name, EncodedText.NameOf(found));
            (List<ImportLine> expected, List<ImportRefusal> reported) = Read(books);
            Assert.Equal(expected, lines);
            Assert.Equal(reported, refused);
            Assert.Equal([(2, "凭证-1"), (5, "\U00020000-4")], lines.Select(line => ((int)line.Number, line.Key)));
            Assert.Equal([(3, "凭证-2", "amount"), (4, "凭证-3", "side")], refused.Select(line => ((int)line.Number, line.Key, line.Field)));
            Assert.Equal(lines, ImportFile.Read(file, found).Lines);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (List<ImportLine> Lines, List<ImportRefusal> Refused) Read(string text) => ImportFile.Read(new StringReader(text));
}
