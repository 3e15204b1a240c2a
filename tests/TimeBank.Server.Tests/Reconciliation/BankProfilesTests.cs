using System.Text;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Files of other shapes go the same road.</summary>
[Collection(ServerCollection.Name)]
public sealed class BankProfilesTests(TestServer server)
{
    private const string Region = "430112";

    public static TheoryData<string, string, string, int, int> Files => new()
    {
        { "icbc-debit", "6222000000003167", """
            明细查询文件下载

            卡号: 6222****3167,"卡别名: "

            交易日期,摘要,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,记账金额(收入),记账金额(支出),记账币种,余额,对方户名
            2026-09-01 	,"工资  	"," 	","CHN 	",钞 	,"- 	","- 	",- 	,"1,234.56 	"," 	",人民币 	,"2,234.56 	","甲单位 	",
            2026-09-02 	,"消费  	","餐厅 	","CHN 	",钞 	,"- 	","- 	",- 	," 	","34.56 	",人民币 	,"2,200.00 	"," 	",
             
            人民币合计,,,,,,,,"1,234.56 	","34.56 	",
            """, 2, 0 },
        { "abc-debit", "6222000000003168", """
            交易日期,交易时间,交易摘要,交易金额,本次余额,对手信息,日 志 号,交易渠道,交易附言
            20260901,123456,转存,+10000.00,11000.00,甲,369396693,超级网银,转账
            20260902,,还款,-12.34,10987.66,乙,111222333
            20260904,,利息税,+0.00,10987.66,--,0000000000,,结息
            """, 3, 0 },
        { "bocom-debit", "6222000000003169", """
            序号,交易日期,交易时间,交易类型,借贷,交易金额,余额,对方账号,对方户名,交易地点,摘要
            1,2026-09-01,00:00:00,利息,贷 Cr,1.23,101.23,1323,应付利息,批处理,
            2,2026-09-02,13:15:12,转账,借 Dr,1.00,100.23,6666,甲,其他,
            """, 2, 0 },
    };

    [Theory, MemberData(nameof(Files))]
    public async Task A_banks_own_list_is_imported_once(string profile, string number, string text, int lines, int leftOut)
    {
        Bank bank = await new Bank(server, Region, profile).OpenAsync(profile, number);
        byte[] file = Encoding.UTF8.GetBytes(text);

        ImportStatementResponse taken = await bank.TakenAsync(file), again = await bank.TakenAsync(file);

        Assert.Equal((lines, 0, leftOut), (taken.NewLines, taken.KnownLines, taken.LeftOutCount));
        Assert.Equal((0, lines, true), (again.NewLines, again.KnownLines, again.AlreadyImported));
        Assert.Equal(lines, (await bank.LinesAsync()).Count);
    }

    /// <summary>A wallet has no bank's code, and its bills call it by a nickname or a masked mail address.</summary>
    [Theory]
    [InlineData("wechat-personal", "某某", WechatBill, "utf-8", 2)]
    [InlineData("alipay-personal", "abc@example.com", AlipayBill, "gb18030", 2)]
    public async Task A_wallets_bill_is_imported_once(string profile, string account, string text, string encoding, int lines)
    {
        Bank bank = new(server, Region, profile);
        var set = new SetBankAccountRequest
        {
            RequestId = Desk.Id(), Name = bank.Name, HolderName = "演示民政局", AccountNumber = account, BankName = "演示钱包",
            StatementProfile = profile,
        };
        var administrator = new BankAccountService.BankAccountServiceClient(server.As(Role.Administrator, regions: Region));
        Assert.Equal("", (await administrator.SetBankAccountAsync(set)).BankCode);
        byte[] file = (encoding == "utf-8" ? Encoding.UTF8 : CodePagesEncodingProvider.Instance.GetEncoding(encoding)!).GetBytes(text);

        ImportStatementResponse taken = await bank.TakenAsync(file), again = await bank.TakenAsync(file);

        Assert.Equal((lines, 0), (taken.NewLines, again.NewLines));
        Assert.Equal([-900L, 2_850L], (await bank.LinesAsync()).Select(line => line.Side == Side.Credit ? line.Amount.Value
            : -line.Amount.Value).Order());
        (set.RequestId, set.AccountNumber) = (Desk.Id(), new string('x', 65));
        await administrator.SetBankAccountAsync(set).IsRefusedAsync(Ledger.Reason.InvalidField, "account_number");
    }

    /// <summary>Two versions of camt.053 that banks send, each with a statement that ties out.</summary>
    [Theory]
    [InlineData("02", "<Sts>BOOK</Sts>")]
    [InlineData("08", "<Sts><Cd>BOOK</Cd></Sts>")]
    public async Task A_camt_statement_is_imported_once(string version, string status)
    {
        Bank bank = await new Bank(server, Region, $"camt-{version}").OpenAsync("camt053");
        byte[] file = Encoding.UTF8.GetBytes($"""
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>
            <CreDtTm>2026-09-03T08:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><ElctrncSeqNb>1</ElctrncSeqNb>
            <CreDtTm>2026-09-03T08:00:00</CreDtTm><Acct><Id><Othr><Id>{bank.Number}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
            <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
            <Dt><Dt>2026-09-02</Dt></Dt></Bal><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">1.50</Amt>
            <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-09-02</Dt></Dt></Bal>
            <Ntry><Amt Ccy="CNY">8.50</Amt><CdtDbtInd>DBIT</CdtDbtInd>{status}<BookgDt><Dt>2026-09-02</Dt></BookgDt>
            <BkTxCd/></Ntry></Stmt></BkToCstmrStmt></Document>
            """);

        ImportStatementResponse taken = await bank.TakenAsync(file), again = await bank.TakenAsync(file);

        Assert.Equal((1, 0, true), (taken.NewLines, again.NewLines, again.AlreadyImported));
        Assert.Equal((850, Side.Debit), ((await bank.LinesAsync()).Single().Amount.Value, (await bank.LinesAsync()).Single().Side));
    }

    private const string WechatBill = """
        微信支付账单明细,,,,,,,,,,
        微信昵称：[某某],,,,,,,,,,
        起始时间：[2026-09-01 00:00:00] 终止时间：[2026-09-30 23:59:59],,,,,,,,,,
        共2笔记录,,,,,,,,,,
        收入：1笔 28.50元,,,,,,,,,,
        支出：1笔 9.00元,,,,,,,,,,
        中性交易：0笔 0.00元,,,,,,,,,,
        ----------------------微信支付账单明细列表--------------------,,,,,,,,,,
        交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注
        2026-09-26 12:45:27,商户消费,米线店,饭,支出,¥9.00,零钱,支付成功,3985731	,129847129	,/
        2026-09-24 10:10:11,微信红包,甲,/,收入,¥28.50,/,已存入零钱,3985733	,129847130	,/

        """;

    private const string AlipayBill = """
        ------------------------------------------------------------------------------------
        导出信息：
        姓名：某某
        支付宝账户：a***@example.com
        起始时间：[2026-09-01 00:00:00]    终止时间：[2026-09-30 23:59:59]
        共2笔记录
        收入：1笔 28.50元
        支出：1笔 9.00元
        不计收支：0笔 0.00元
        特别提示：
        ------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------
        交易时间            ,交易分类  ,交易对方  ,对方账号 ,商品说明 ,收/支 ,金额 ,收/付款方式 ,交易状态 ,交易订单号 ,商家订单号 ,备注 ,
        2026-09-12 21:32:14 ,日用百货 ,甲 ,/ ,饭 ,支出 ,9.00  ,余额 ,交易成功 ,2026001	,T1	,  ,
        2026-09-11 21:32:14 ,收入 ,乙 ,/ ,转账 ,收入 ,28.50 ,余额 ,交易成功 ,2026002	,	,  ,

        """;
}
