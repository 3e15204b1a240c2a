using System.Text;
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
}
