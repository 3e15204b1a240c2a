using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace TimeBank.Banking.Tests;

public sealed class WalletTests
{
    private const string Alipay = """
        ------------------------------------------------------------------------------------
        导出信息：
        姓名：某某
        支付宝账户：a***@example.com
        起始时间：[2026-11-01 00:00:00]    终止时间：[2026-11-30 23:59:59]
        共6笔记录
        收入：1笔 28.50元
        支出：3笔 60.00元
        不计收支：2笔 132.00元
        特别提示：
        ------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------
        交易时间            ,交易分类  ,交易对方  ,对方账号 ,商品说明 ,收/支 ,金额 ,收/付款方式 ,交易状态 ,交易订单号 ,商家订单号 ,备注 ,
        2026-11-12 21:32:14 ,日用百货 ,甲 ,/ ,饭 ,支出 ,9.00  ,余额 ,交易成功 ,2026001	,T1	,  ,
        2026-11-11 21:32:14 ,收入 ,乙 ,/ ,转账 ,收入 ,28.50 ,余额 ,交易成功 ,2026002	,	,  ,
        2026-11-10 13:10:16,日用百货,丙,/,洗浴,不计收支,82.00,,交易关闭,2026003	,T3	,,
        2026-11-09 18:22:28,退款,一卡通,x***,退款-一卡通,不计收支,50.00,余额宝,退款成功,2026004_77	,T4	,,
        2026-11-09 18:21:50,交通,一卡通,x***,一卡通充值,支出,50.00,余额宝,交易关闭,2026004	,T4	,,
        2026-11-08 18:21:50,交通,丁,x***,打车,支出,1.00,余额,等待确认收货,2026005	,T5	,,

        """;

    private const string WechatHead = """
        微信支付账单明细,,,,,,,,,,
        微信昵称：[某某],,,,,,,,,,
        起始时间：[2026-11-01 00:00:00] 终止时间：[2026-11-30 23:59:59],,,,,,,,,,
        共5笔记录,,,,,,,,,,
        收入：2笔 3.35元,,,,,,,,,,
        支出：1笔 28.16元,,,,,,,,,,
        中性交易：2笔 102.10元,,,,,,,,,,
        ----------------------微信支付账单明细列表--------------------,,,,,,,,,,
        交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注

        """;

    private const string WechatRows = """
        2026-11-26 12:45:27,"商户消费","米线店",底部"多多","支出",¥28.16,"中国银行(1234)","已退款(¥3.00)","3985731"	,"129847129"	,"/"
        2026-11-26 13:10:11,米线店-退款,米线店,/,收入,¥3.00,/,已到账,3985732	,129847129	,/
        2026-11-24 10:10:11,微信红包,甲,/,收入,¥0.35,/,已存入零钱,3985733	,129847130	,/
        2026-11-15 16:29:37,零钱提现,招商银行(),"/",/,¥100.10,招商银行,提现已到账,3985735	,/	,"服务费¥0.10"
        2026-11-14 10:07:31,转入零钱通-来自零钱,/,/,/,¥2.00,零钱,支付成功,3985736,129847131,/

        """;

    [Theory]
    [InlineData("gb18030")]
    [InlineData("utf-8")]
    public void An_alipay_bill_counts_what_was_paid(string encoding)
    {
        StatementFileContent read = Given.Read("alipay-personal", Encoded(Alipay, encoding), StatementTerms.Default);

        BankStatement statement = read.Statement();
        Assert.Equal("a***@example.com", statement.Account);
        Assert.Equal([-900L, 2_850, 5_000, -5_000, -100], statement.Lines.Select(line => line.SignedFen));
        Assert.Equal(new LeftOut(15, LeftOutReason.NotMoney, read.LeftOut[0].Text), read.LeftOut.Single());
        Assert.Equal((new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30)), (statement.From, statement.To));
        Assert.Equal(("2026001", "T1", "余额"), (statement.Lines[0].BankReference, statement.Lines[0].EndToEndId, statement.Lines[0].Means));
        Assert.Equal(TieOuts.Count, statement.HeldAgainst);
    }

    [Theory]
    [InlineData("共6笔", "共7笔", "CountDiffers 6 共7笔记录")]
    [InlineData("共6笔记录", "", "StatementCut 0 共(?<count>[0-9]+)笔记录")]
    [InlineData("等待确认收货", "前所未有", "StatusUnknown 18 交易状态")]
    [InlineData("支出 ,9.00", "不知 ,9.00", "SideUnknown 13 收/支")]
    [InlineData("支出 ,9.00", "支出 ,-9.00", "SideUnclear 13 金额")]
    public void An_alipay_bill_that_fails_is_refused(string part, string wrong, string refused) => Assert.Equal(
        refused, Given.Read("alipay-personal", Alipay.Replace(part, wrong), StatementTerms.Default).Refused());

    [Fact]
    public void A_wechat_bill_has_refunds_as_rows_and_its_fee_in_the_remark()
    {
        BankStatement statement = Given.Read("wechat-personal", WechatHead + WechatRows, StatementTerms.Default).Statement();

        Assert.Equal([-2_816L, 300, 35, -10_010, 0], statement.Lines.Select(line => line.SignedFen));
        Assert.Equal(MoneyFlow.Neither, statement.Lines[4].Flow);
        Assert.Equal(10_000, statement.Lines[3].FeeMilliFen);
        Assert.Equal("商户消费 底部\"多多\"", statement.Lines[0].Text);
        Assert.Equal(TieOuts.Count | TieOuts.Totals, statement.HeldAgainst);
    }

    [Theory]
    [InlineData("零钱提现", "提现已到账", MoneyFlow.Out)]
    [InlineData("零钱通转出-到工商银行(9876)", "支付成功", MoneyFlow.Out)]
    [InlineData("信用卡还款", "支付成功", MoneyFlow.Out)]
    [InlineData("零钱充值", "充值完成", MoneyFlow.In)]
    [InlineData("转入零钱通-来自工商银行(9876)", "支付成功", MoneyFlow.In)]
    [InlineData("零钱通转出-到零钱", "支付成功", MoneyFlow.Neither)]
    [InlineData("转入零钱通-来自零钱", "支付成功", MoneyFlow.Neither)]
    [InlineData("购买理财通", "支付成功", MoneyFlow.Neither)]
    public void Money_between_wallet_and_bank_leaves_or_comes_though_the_bill_counts_it_on_no_side(
        string kind, string status, MoneyFlow flow) => Assert.Equal(flow, Given.Read("wechat-personal",
            "微信昵称：[某某],,,,,,,,,,\n共1笔记录,,,,,,,,,,\n"
            + "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n"
            + $"2026-11-15 16:29:37,{kind},/,/,/,¥100.00,/,{status},3985735,/,/\n",
            StatementTerms.Default).Statement().Lines.Single().Flow);

    [Theory]
    [InlineData("收入：2笔", "收入：1笔", "CountDiffers 5 收入：1笔 3.35元")]
    [InlineData("28.16元", "28.17元", "TotalDiffers 6 支出：1笔 28.17元")]
    [InlineData("3985735	", "4.2E+27	", "IdSpoilt 13 交易单号")]
    [InlineData("提现已到账", "飞了", "StatusUnknown 13 当前状态")]
    public void A_wechat_bill_that_fails_is_refused(string part, string wrong, string refused) => Assert.Equal(
        refused, Given.Read("wechat-personal", (WechatHead + WechatRows).Replace(part, wrong), StatementTerms.Default).Refused());

    [Fact]
    public void A_wechat_merchants_bill_has_a_totals_table_and_fees_of_five_decimals()
    {
        string bill = MerchantBill("SUCCESS");

        StatementFileContent read = Given.Read("wechat-merchant", bill, StatementTerms.Default);
        StatementFileContent pending = Given.Read("wechat-merchant", MerchantBill("PROCESSING"), StatementTerms.Default);

        Assert.Equal([(8_000L, 48_123L), (-1_000L, -6_000L)], read.Statement().Lines.Select(line => (line.SignedFen, line.FeeMilliFen)));
        Assert.Equal(("1900000109", TieOuts.Count | TieOuts.Totals), (read.Statement().Account, read.Statement().HeldAgainst));
        Assert.Equal([8_000L], pending.Statement().Lines.Select(line => line.SignedFen));
        Assert.Equal(LeftOutReason.Pending, pending.LeftOut.Single().Reason);
        Assert.Equal("TotalDiffers 5 手续费总金额",
            Given.Read("wechat-merchant", bill.Replace("`0.42123", "`0.42124"), StatementTerms.Default).Refused());
        Assert.Equal("CountDiffers 5 总交易单数",
            Given.Read("wechat-merchant", bill.Replace("`2,`80.00", "`3,`80.00"), StatementTerms.Default).Refused());
        Assert.Equal("StatementCut 0 总交易单数",
            Given.Read("wechat-merchant", bill[..bill.IndexOf("总交易单数", StringComparison.Ordinal)], StatementTerms.Default).Refused());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_alipay_merchants_bill_comes_in_an_archive_with_chinese_names(bool withSummary)
    {
        string bill = """
            #支付宝账务明细查询
            #账号：[20889110000000000156]
            #-----------------------------------------账务明细列表----------------------------------------
            账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注
            1,B1	,SB-1	,助餐,2026-11-02 10:00:00,a***,80.00,0.00,180.00,支付宝,在线支付,
            2,B1	,SB-1	,,2026-11-02 10:00:01,,0.00,-0.48,179.52,支付宝,收费,服务费
            #-----------------------------------------账务明细列表结束------------------------------------
            #支出合计：1笔，共0.48元
            #收入合计：1笔，共80.00元

            """;
        var files = new Dictionary<string, string> { ["20889110_账务明细.csv"] = bill };
        if (withSummary) files["20889110_账务明细(汇总).csv"] = "#汇总\n类型,笔数\n在线支付,1\n";

        BankStatement statement = Given.Read("alipay-merchant", Zipped(files), StatementTerms.Default).Statement();

        Assert.Equal([8_000L, -48], statement.Lines.Select(line => line.SignedFen));
        Assert.Equal("20889110000000000156", statement.Account);
        Assert.Equal("ArchiveTooLarge 0",
            Given.Read("alipay-merchant", Zipped(files), new StatementTerms { MaxUnpackedBytes = 500 }).Refused());
        files["other.csv"] = bill;
        Assert.Equal("TableTwice 0", Given.Read("alipay-merchant", Zipped(files), StatementTerms.Default).Refused());
        Assert.Equal("TotalDiffers 8 #支出合计：1笔，共0.49元",
            Given.Read("alipay-merchant", bill.Replace("共0.48", "共0.49"), StatementTerms.Default).Refused());
    }

    [Fact]
    public void A_sha1_that_was_announced_is_compared()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(MerchantBill("SUCCESS"));
        string digest = Convert.ToHexString(SHA1.HashData(bytes));

        Assert.Equal("taken", Given.Read("wechat-merchant", bytes, new StatementTerms { Sha1 = digest }).Refused());
        Assert.Equal("DigestDiffers 0",
            Given.Read("wechat-merchant", [.. bytes, (byte)'\n'], new StatementTerms { Sha1 = digest }).Refused());
    }

    private static string MerchantBill(string refund) => $"""
        交易时间,公众账号ID,商户号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,商户退款单号,退款金额,退款状态,商品名称,手续费
        `2026-11-02 16:33:45,`wx1,`1900000109,`4200001,`SB-1,`o1,`JSAPI,`SUCCESS,`OTHERS,`CNY,`80.00,`0,`0.00,`,`助餐,`0.48123
        `2026-11-03 16:33:45,`wx1,`1900000109,`4200001,`SB-1,`o1,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`R1,`10.00,`{refund},`助餐,`-0.06000
        总交易单数,应结订单总金额,退款总金额,手续费总金额
        `2,`80.00,`10.00,`0.42123

        """;

    private static byte[] Encoded(string text, string encoding) => encoding == "gb18030"
        ? CodePagesEncodingProvider.Instance.GetEncoding(54936)!.GetBytes(text) : Encoding.UTF8.GetBytes(text);

    private static byte[] Zipped(Dictionary<string, string> files)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true,
            CodePagesEncodingProvider.Instance.GetEncoding(54936)))
        {
            foreach ((string name, string text) in files)
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(Encoded(text, "gb18030"));
            }
        }
        return bytes.ToArray();
    }
}
