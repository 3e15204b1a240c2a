using System.Text;
using Xunit;

namespace TimeBank.Banking.Tests;

/// <summary>What is wrong with a table, each by one change to a file that is right.</summary>
public sealed class TableRefusalTests
{
    private const string Right = """
        记账日期,货币,交易金额,联机余额,交易摘要,对手信息,客户摘要
        2026-11-01,CNY,"1,234.00","1,271.66",转账,甲,拨款
        2026-11-02,CNY,-1000.00,271.66,转账,乙,餐
        2026-11-03,CNY,-71.66,200.00,转账,丙,浴

        """;

    [Theory]
    [InlineData("271.66,转账,乙", "271.67,转账,乙", "BalanceBreaks 3 联机余额")]
    [InlineData("200.00", "", "BalanceMissing 4 联机余额")]
    [InlineData("-71.66", "", "AmountMissing 4 交易金额")]
    [InlineData("-71.66", "-71.6600", "AmountTooPrecise 4 交易金额")]
    [InlineData("-71.66", "-7e1", "AmountInvalid 4 交易金额")]
    [InlineData("-71.66", "(71.66)", "AmountInvalid 4 交易金额")]
    [InlineData("-71.66", "#N/A", "CellError 4 交易金额")]
    [InlineData("-71.66", "########", "CellError 4 交易金额")]
    [InlineData("-71.66", "-99999999999999999999", "AmountTooLarge 4 交易金额")]
    [InlineData("\"1,234.00\"", "\"12,34.00\"", "AmountInvalid 2 交易金额")]
    [InlineData("\"1,234.00\"", "1,234.00", "RowTooLong 2")]
    [InlineData("\"1,234.00\"", "\"1,234.00", "TextAfterQuote 2")]
    [InlineData("\"1,234.00\"", "\"1,234.00\"x", "TextAfterQuote 2 ")]
    [InlineData("丙,浴", "丙", "RowTooShort 4")]
    [InlineData("丙,浴", "丙,浴,多", "RowTooLong 4")]
    [InlineData("丙,浴", "丙,\"浴", "QuoteUnclosed 4")]
    [InlineData("丙,浴", "丙,浴\"", "QuoteUnclosed 4")]
    [InlineData("2026-11-03", "2026-02-30", "DateInvalid 4 记账日期")]
    [InlineData("2026-11-03", "", "DateInvalid 4 记账日期")]
    [InlineData("2026-11-03,CNY", "2026-11-03,USD", "CurrencyOther 4 货币")]
    [InlineData("2026-11-03,CNY", "2026-11-03,", "CurrencyOther 4 货币")]
    [InlineData("联机余额", "余额", "HeaderNotFound 1")]
    [InlineData("客户摘要", "客户摘要,货币", "ColumnTwice 1 货币")]
    public void A_wrong_row_refuses_the_file_with_its_line(string part, string wrong, string refused)
    {
        Assert.Equal("taken", Given.Read("cmb-debit", Right).Refused());

        Assert.Equal(refused.Trim(), Given.Read("cmb-debit", Right.Replace(part, wrong)).Refused());
    }

    [Theory]
    [InlineData("丙,浴", "丙,浴,,,")]
    [InlineData("丙,浴", "\"丙\"\t,\"浴\" ")]
    [InlineData("\n", "\r\n")]
    [InlineData("丙,浴", "丙,\"浴\n室\"")]
    [InlineData("丙,浴", "丙,底部\"多多\"浴")]
    [InlineData("丙,浴", "丙,=1+1")]
    [InlineData("丙,浴", "丙,@cmd")]
    [InlineData("-71.66", "￥-71.66")]
    [InlineData("\n\n", "\n,,,,,,\n")]
    [InlineData("记账日期,货币", "货币与此无关,记账日期 ,货币", "2026", "x,2026")]
    public void Odd_rows_are_read_as_they_are_meant(string part, string odd, string also = "x", string with = "x") =>
        Assert.Equal("taken", Given.Read("cmb-debit", Right.Replace(part, odd).Replace(also, with)).Refused());

    [Fact]
    public void A_quote_that_opens_in_the_last_cell_is_refused() =>
        Assert.Equal("QuoteUnclosed 4", Given.Read("cmb-debit", $"{Right.TrimEnd()}\"").Refused());

    [Fact]
    public void A_cell_that_looks_like_a_formula_is_text() => Assert.Equal("转账 =1+1",
        Given.Read("cmb-debit", Right.Replace("丙,浴", "丙,=1+1")).Statement().Lines[2].Text);

    [Fact]
    public void Signs_that_are_all_opposite_are_named_so()
    {
        string opposite = Right.Replace("\"1,234.00\"", "\"-1,234.00\"").Replace("-1000.00", "1000.00").Replace("-71.66", "71.66");

        Assert.Equal("SignsOpposite 3 联机余额", Given.Read("cmb-debit", opposite).Refused());
    }

    [Fact]
    public void A_balance_below_zero_is_refused_where_the_account_may_not_owe()
    {
        string owing = Right.Replace("-71.66,200.00", "-300.00,-28.34");

        Assert.Equal("NegativeBalance 4 联机余额", Given.Read("cmb-debit", owing).Refused());
        Assert.Equal("taken", Given.Read("cmb-debit", owing, Given.Card with { MayBeNegative = true }).Refused());
    }

    [Fact]
    public void Both_sides_of_a_row_filled_is_refused() => Assert.Equal("SideUnclear 3 存入", Given.Read("boc-credit",
        "账单\n交易日,银行记账日,卡号后四位,交易描述,存入,支出,币种\n2026-11-01,2026-11-02,4260,公交,1.00,8.00,CNY\n").Refused());

    [Fact]
    public void Ids_that_a_spreadsheet_spoilt_are_refused() => Assert.Equal("IdSpoilt 2 日 志 号", Given.Read("abc-debit",
        "交易日期,交易时间,交易摘要,交易金额,本次余额,对手信息,日 志 号,交易渠道,交易附言\n"
        + "20261101,123456,转存,+1.00,1.00,甲,4.2E+27,超级网银,转账\n").Refused());

    [Theory]
    [InlineData("gb18030", "taken")]
    [InlineData("utf-8", "taken")]
    [InlineData("utf-16", "EncodingWrong 1")]
    public void The_encoding_is_one_of_the_profiles(string name, string result)
    {
        Encoding encoding = name == "gb18030" ? CodePagesEncodingProvider.Instance.GetEncoding(54936)! : Encoding.GetEncoding(name);

        Assert.Equal(result, Given.Read("cmb-debit", [.. encoding.Preamble, .. encoding.GetBytes(Right)]).Refused());
    }

    [Fact]
    public void A_wrong_byte_is_refused_with_its_line_however_deep_it_stands()
    {
        string row = "2026-11-03,CNY,0.00,200.00,转账,丙,浴\n";
        byte[] bytes = Encoding.UTF8.GetBytes($"{Right.TrimEnd()}\n{string.Concat(Enumerable.Repeat(row, 5_000))}");
        bytes[^2] = 0xFF;

        Assert.Equal("EncodingWrong 5004", Given.Read("cmb-debit", bytes).Refused());
        bytes[^2] = 0;
        Assert.Equal("EncodingWrong 5004", Given.Read("cmb-debit", bytes).Refused());
    }

    [Fact]
    public void Another_account_is_refused()
    {
        Assert.Equal("AccountMissing 2", Given.Read("cmb-debit", Right, StatementTerms.Default).Refused());
        string icbc = "卡号: 6222****3167\n交易日期,记账日期,摘要,交易场所,交易国家或地区简称,交易金额(收入),交易金额(支出),交易币种,"
            + "记账金额(收入),记账金额(支出),记账币种,余额,对方户名\n2026-11-02,2026-11-02,消费,店,CHN,,8.00,人民币,,8.00,人民币,-108.00,,\n"
            + "合计金额,,,,,0,8.00,,0.00,8.00,\n";

        Assert.Equal("taken", Given.Read("icbc-credit", icbc).Refused());
        Assert.Equal("AccountOther 3", Given.Read("icbc-credit", icbc, new StatementTerms { Account = "6222000000000000" }).Refused());
        Assert.Equal("TotalDiffers 4 记账金额(支出)", Given.Read("icbc-credit", icbc.Replace("0.00,8.00,\n", "0.00,8.01,\n")).Refused());
        Assert.Equal("StatementCut 0 合计金额", Given.Read("icbc-credit", icbc[..icbc.IndexOf("合计", StringComparison.Ordinal)]).Refused());
    }
}
