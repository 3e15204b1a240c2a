using Xunit;

namespace TimeBank.Banking.Tests;

/// <summary>The lists of banks, each in a small file of its shape that ties out.</summary>
public sealed class BankTableTests
{
    private const string BocHeader = "记账日期,记账时间,币别,金额,余额,交易名称,渠道,网点名称,附言,对方账户名,对方卡号/账号,对方开户行,借记卡号";

    [Fact]
    public void A_list_with_the_newest_line_first_is_recognised_by_its_balances()
    {
        BankStatement read = Given.Read("boc-debit", $"""
            中国银行交易流水明细单
            {BocHeader}
            2026-11-03,09:00:00,人民币,-20.50,"1,079.50",网上支付,银企对接,----------,餐券,甲,6226******1,----------,3167
            2026-11-02,09:00:00,人民币,"1,000.00","1,100.00",转账,柜台,----------,拨款,乙,6226******2,----------,3167
            """).Statement();

        Assert.Equal((10_000L, 107_950L), (read.OpeningFen, read.ClosingFen));
        Assert.Equal(TieOuts.RunningBalance, read.HeldAgainst);
        Assert.Equal([-2_050L, 100_000L], read.Lines.Select(line => line.SignedFen));
        Assert.Equal([3, 4], read.Lines.Select(line => line.FileLine));
        Assert.Equal(("网上支付 餐券", "甲", "6226******1"), (read.Lines[0].Text, read.Lines[0].Counterparty, read.Lines[0].CounterpartyAccount));
    }

    [Fact]
    public void Icbc_has_tabs_in_its_cells_and_a_row_of_totals()
    {
        BankStatement read = Given.Read("icbc-debit", """
            明细查询文件下载

            卡号: 6222****3167,"卡别名: "

            交易日期,摘要,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,记账金额(收入),记账金额(支出),记账币种,余额,对方户名
            2026-11-01 	,"工资  	"," 	","CHN 	",钞 	,"- 	","- 	",- 	,"1,234.56 	"," 	",人民币 	,"2,234.56 	","甲单位 	",
            2026-11-02 	,"消费  	","餐厅 	","CHN 	",钞 	,"- 	","- 	",- 	," 	","34.56 	",人民币 	,"2,200.00 	"," 	",
             
            人民币合计,,,,,,,,"1,234.56 	","34.56 	",
            """).Statement();

        Assert.Equal(TieOuts.RunningBalance | TieOuts.Totals, read.HeldAgainst);
        Assert.Equal(("6222000000003167", 100_000L, 220_000L), (read.Account, read.OpeningFen, read.ClosingFen));
    }

    [Fact]
    public void Abc_leaves_out_cells_at_the_end_of_a_row()
    {
        BankStatement read = Given.Read("abc-debit", """
            交易日期,交易时间,交易摘要,交易金额,本次余额,对手信息,日 志 号,交易渠道,交易附言
            20261101,123456,转存,+10000.00,11000.00,甲,369396693,超级网银,转账
            20261102,,还款,-12.34,10987.66,乙,111222333
            20261104,,利息税,+0.00,10987.66,--,0000000000,,结息
            """).Statement();

        Assert.Equal([1_000_000L, -1_234, 0], read.Lines.Select(line => line.SignedFen));
        Assert.Equal(new TimeOnly(12, 34, 56), read.Lines[0].BookedAt);
        Assert.Null(read.Lines[2].Counterparty);
    }

    [Fact]
    public void Bocom_says_the_side_in_a_column()
    {
        BankStatement read = Given.Read("bocom-debit", """
            序号,交易日期,交易时间,交易类型,借贷,交易金额,余额,对方账号,对方户名,交易地点,摘要
            1,2026-11-01,00:00:00,利息,贷 Cr,1.23,101.23,1323,应付利息,批处理,
            2,2026-11-02,13:15:12,转账,借 Dr,1.00,100.23,6666,甲,其他,
            """).Statement();

        Assert.Equal([123L, -100], read.Lines.Select(line => line.SignedFen));
    }

    [Fact]
    public void Credit_cards_count_what_is_owed()
    {
        BankStatement guangfa = Given.Read("cgb-credit", """
            交易日期,入账日期,交易摘要,交易金额,交易货币,入账金额,入账货币
            2026/01/05,2026/01/06,（消费）商户甲,15.90,人民币,15.90,人民币
            2026/01/04,2026/01/04,（退款）商户乙,-97.20,人民币,-97.20,人民币
            """).Statement();
        BankStatement zhaohang = Given.Read("cmb-credit", """
            招商银行信用卡对账单（个人消费卡账户 2026年01月）
            交易日,记账日,交易摘要,人民币金额,卡号末四位,交易地金额
            ,12/29,还款,-1.23,1234,-1.23
            01/02,01/03,消费,"8,000.00",1234,"8,000.00(CN)"
            """).Statement();

        Assert.Equal([-1_590L, 9_720], guangfa.Lines.Select(line => line.SignedFen));
        Assert.Equal([123L, -800_000], zhaohang.Lines.Select(line => line.SignedFen));
        Assert.Equal([new DateOnly(2025, 12, 29), new DateOnly(2026, 1, 3)], zhaohang.Lines.Select(line => line.BookedOn));
    }

    [Theory]
    [InlineData("icbc-credit", "卡号: 6222****3167", "交易日期,记账日期,摘要,交易场所,交易国家或地区简称,交易金额(收入),交易金额(支出),交易币种,"
        + "记账金额(收入),记账金额(支出),记账币种,余额,对方户名", "2026-11-02,2026-11-02,消费,店,CHN,,8.00,人民币,,8.00,人民币,-108.00,,",
        "合计金额,,,,,0,8.00,,0.00,8.00,")]
    [InlineData("boc-credit", "账单", "交易日,银行记账日,卡号后四位,交易描述,存入,支出,币种", "2026-11-01,2026-11-02,4260,公交,,8.00,CNY", "")]
    [InlineData("ccb-debit", "账　　号：,6222****3167", "记账日,交易日期,交易时间,支出,收入,账户余额,币种,摘要,对方账号,对方户名,交易地点",
        "20261102,20261101,18:53:19,8,0,92.00,人民币,消费,2088****0156,甲,店", "以上数据仅供参考|具体内容请以柜台为准")]
    [InlineData("cmb-debit", "", "记账日期,货币,交易金额,联机余额,交易摘要,对手信息,客户摘要", "2026-11-02,CNY,-8.00,92.00,转账,甲 6666,餐", "")]
    public void Each_bank_has_a_profile(string profile, string head, string header, string row, string end)
    {
        BankStatement read = Given.Read(profile, $"{head}\n{header}\n{row}\n{end}\n").Statement();

        Assert.Equal((-800L, new DateOnly(2026, 11, 2)), (read.Lines.Single().SignedFen, read.Lines[0].BookedOn));
    }
}
