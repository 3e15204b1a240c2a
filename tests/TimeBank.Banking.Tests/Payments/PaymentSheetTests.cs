using System.Text;
using ExcelDataReader;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Banking.Tests;

public sealed class PaymentSheetTests
{
    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!;

    [Fact]
    public void Two_profiles_ship() => Assert.Equal(["batch-transfer", "batch-transfer-interbank"], SheetProfile.Shipped);

    [Theory]
    [InlineData("batch-transfer", SheetEncoding.Utf8, "three.batch-transfer.csv")]
    [InlineData("batch-transfer-interbank", SheetEncoding.Gb18030, "three.batch-transfer-interbank.gb18030.csv")]
    public void Bytes_of_a_table_are_those_that_stand_in_the_repository(string profile, SheetEncoding encoding, string file) =>
        GoldenFile.AssertSame(file, Made(PaymentSheet.Csv(Orders.Three, SheetProfile.Find(profile)!, encoding)));

    /// <summary>An archive has times in it; the golden file was made on another day.</summary>
    [Fact]
    public async Task Bytes_of_a_spreadsheet_do_not_depend_on_when_it_is_made() => GoldenFile.AssertSame(
        "three.batch-transfer.xlsx", Made(await PaymentSheet.XlsxAsync(Orders.Three, SheetProfile.Find("batch-transfer")!)));

    [Theory]
    [InlineData("batch-transfer")]
    [InlineData("batch-transfer-interbank")]
    public async Task All_three_forms_say_the_same(string name)
    {
        SheetProfile profile = SheetProfile.Find(name)!;
        string utf8 = Encoding.UTF8.GetString(Made(PaymentSheet.Csv(Orders.Three, profile, SheetEncoding.Utf8)));
        string gb = Gb18030.GetString(Made(PaymentSheet.Csv(Orders.Three, profile, SheetEncoding.Gb18030)));
        Assert.Equal("\ufeff" + gb, utf8);

        string[][] cells = Sheet(Made(await PaymentSheet.XlsxAsync(Orders.Three, profile)), profile.Sheet);

        Assert.Equal(gb, string.Concat(cells.Select(row => $"{string.Join(',', row.Select(CsvCell.Write))}\r\n")));
    }

    [Fact]
    public async Task Rows_are_header_payments_and_totals_and_every_cell_is_text()
    {
        string[][] rows = Sheet(Made(await PaymentSheet.XlsxAsync(Orders.Three, SheetProfile.Find("batch-transfer")!)), "批量转账");

        Assert.Equal(["序号", "收款人户名", "收款人账号", "收款人开户行", "金额（元）", "用途"], rows[0]);
        Assert.Equal(["1", "天元阳光食堂有限公司", "6222000000001234567", "演示银行天元支行", "1234.56", "2026年10月养老服务结算"], rows[1]);
        // A formula in a cell of text is no formula, so nothing is put in front of it.
        Assert.Equal(("=演示 \"A & B\" <助浴>, 站", "+2026年10月助浴"), (rows[2][1], rows[2][5]));
        Assert.Equal(["合计", "", "", "3", "9000001234.57", ""], rows[^1]);
        Assert.Equal(5, rows.Length);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+演示", "'+演示")]
    [InlineData("-演示", "'-演示")]
    [InlineData("@演示", "'@演示")]
    [InlineData("甲,乙", "\"甲,乙\"")]
    [InlineData("甲\"乙", "\"甲\"\"乙\"")]
    public void A_table_has_no_formula(string name, string written)
    {
        PaymentOrder order = Orders.With(Orders.Of("P1", 100, name));

        string text = Encoding.UTF8.GetString(Made(PaymentSheet.Csv(order, SheetProfile.Find("batch-transfer")!, SheetEncoding.Utf8)));

        Assert.StartsWith($"1,{written},6222", text.Split("\r\n")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_is_too_long_for_the_bank_is_named_by_its_column()
    {
        PaymentOrder order = Orders.With(Orders.Of("P1", 1, new string('甲', 60)), Orders.Of("P2", 1, new string('甲', 61)));
        SheetProfile profile = SheetProfile.Find("batch-transfer")!;

        PaymentFile table = PaymentSheet.Csv(order, profile, SheetEncoding.Utf8), sheet = await PaymentSheet.XlsxAsync(order, profile);

        Assert.Equal([new PaymentError("payments[1].收款人户名", PaymentRule.TooLong)], table.Errors);
        Assert.Equal(table.Errors, sheet.Errors);
        Assert.True(Pain001.Write(order).IsMade);
    }

    [Fact]
    public void A_profile_without_a_label_has_no_row_of_totals()
    {
        (SheetProfile? profile, var errors) = SheetProfile.Parse(Encoding.UTF8.GetBytes("""
            { "name": "x", "title": "x", "sheet": "x", "columns": [ { "header": "户名", "value": "creditorName" },
              { "header": "账号", "value": "creditorAccount" }, { "header": "金额", "value": "amount" }, { "header": "类", "fixed": "=对公" } ] }
            """));
        Assert.Empty(errors);

        string text = Gb18030.GetString(Made(PaymentSheet.Csv(Orders.With(Orders.Of("P1", 5)), profile!, SheetEncoding.Gb18030)));

        Assert.Equal("户名,账号,金额,类\r\n演示食堂,6222000000001234567,0.05,'=对公\r\n", text);
    }

    [Theory]
    [InlineData("null", "$")]
    [InlineData("{}", "$")]
    [InlineData("""{ "name": "x", "title": "x", "sheet": "x", "columns": [], "more": 1 }""", "$.more")]
    [InlineData("""{ "name": "", "title": "x", "sheet": "a/b", "columns": [] }""", "$.name", "$.sheet", "$.columns")]
    [InlineData("""{ "name": "x", "title": "x", "sheet": "x", "columns": [ { "header": "a", "value": "nothing" } ] }""",
        "$.columns[0].value")]
    [InlineData("""
        { "name": "x", "title": "x", "sheet": "x", "totalLabel": "t", "columns": [ { "header": "a", "value": "creditorName", "max": 0 },
          { "header": "a", "value": "creditorAccount", "total": "sum" }, { "header": "", "fixed": "x", "value": "amount" } ] }
        """, "$.columns[0].max", "$.columns[2].header", "$.columns[2]", "$.columns", "$.columns", "$.columns")]
    public void A_profile_that_is_wrong_says_where(string json, params string[] fields)
    {
        (SheetProfile? profile, var errors) = SheetProfile.Parse(Encoding.UTF8.GetBytes(json));

        Assert.Null(profile);
        Assert.Equal(fields, errors.Select(error => error.Field));
    }

    private static byte[] Made(PaymentFile file)
    {
        Assert.Empty(file.Errors);
        return file.Bytes.ToArray();
    }

    /// <summary>The cells as another library reads them; each must be text.</summary>
    private static string[][] Sheet(byte[] bytes, string name)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        using var stream = new MemoryStream(bytes);
        using IExcelDataReader reader = ExcelReaderFactory.CreateOpenXmlReader(stream);
        Assert.Equal((name, 1), (reader.Name, reader.ResultsCount));
        var rows = new List<string[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(at =>
            {
                Assert.True(reader.GetValue(at) is null or string, $"{reader.GetValue(at)} is no text.");
                Assert.Equal("@", reader.GetNumberFormatString(at));
                return reader.GetString(at) ?? "";
            })]);
        }
        return [.. rows];
    }
}
