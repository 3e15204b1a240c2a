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
            "\ufeffMemo,AMOUNT,unit,side,account,date,id,other\r\n\"a, \"\"b\"\"\nc\",1200,MIN,贷,pool/donated,2026-09-30,k1,x\r\n\r\n'=1+1,5,CNY,debit,bank/ccb,2026-09-30,'-7\r\n");

        Assert.Empty(refused);
        Assert.Equal((2, "k1", "pool/donated", Side.Credit, "a, \"b\"\nc"), (lines[0].Number, lines[0].Key, lines[0].Account, lines[0].Side, lines[0].Memo));
        Assert.Equal((new Amount { Value = 1_200, Unit = "MIN" }, new Date { Year = 2026, Month = 9, Day = 30 }), (lines[0].Amount, lines[0].Date));
        Assert.Equal((5, "-7", "=1+1", Side.Debit), (lines[1].Number, lines[1].Key, lines[1].Memo, lines[1].Side));
    }

    [Theory]
    [InlineData("k,2026-09-30,bank/ccb,DEBIT,CNY,12.50,", "amount")]
    [InlineData("k,2026-09-30,bank/ccb,DEBIT,CNY,-1,", "amount")]
    [InlineData("k,2026-09-30,bank/ccb,DEBIT,CNY,\"1,000\",", "amount")]
    [InlineData("k,2026-09-30,bank/ccb,DEBIT,CNY,99999999999999999999,", "amount")]
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

    [Theory]
    [InlineData("id,date,account,side,unit\n", "amount")]
    [InlineData("id,date,account,side,unit,amount\nk,\"2026", "Line 2")]
    [InlineData("id,date,account,side,unit,amount\nk,\"2026\"x,", "Line 2")]
    public void A_file_that_cannot_be_read_says_why(string text, string why) => Assert.Contains(why, Assert.Throws<UsageException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_in_another_encoding_is_refused()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, [.. "id,date,account,side,unit,amount,memo\nk,2026-09-30,bank/ccb,DEBIT,CNY,1,"u8, 0xC4, 0xE3, 0xBA, 0xC3]);
            Assert.Contains("UTF-8", Assert.Throws<UsageException>(() => ImportFile.Read(file)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (List<ImportLine> Lines, List<ImportRefusal> Refused) Read(string text) => ImportFile.Read(new StringReader(text));
}
