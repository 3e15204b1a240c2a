using System.Globalization;
using System.Text;
using TimeBank.Banking;
using TimeBank.Demo;
using Xunit;

namespace TimeBank.Cli.Tests.Play;

public sealed class DemoBankTests
{
    private static readonly Dictionary<string, byte[]> Files = new() { ["first"] = PaymentFile(("B-001", "1200.50"), ("B-002", "0.07")) };

    private static readonly StatementPlan Plan = new(
        2, 31, 36, [new(31, 500_000, "IN", "演示·拨款单位", "拨款"), new(36, -500, "FEE", "", "服务费")], new PayPlan("first", 36),
        new ReturnPlan("first", 36, 3));

    [Fact]
    public void Statement_is_one_that_ties_out()
    {
        BankStatement statement = Read(DemoBank.Write(Plan, 1_000, Files).File);
        // Of two payments the fourth is the second: seven fen left, and came back.
        Assert.Equal((1_000L, 1_000 + 500_000 - 500 - 120_050), (statement.OpeningFen, statement.ClosingFen));
        Assert.True(statement.HeldAgainst.HasFlag(TieOuts.Balances));
        Assert.Equal("2", statement.Number);
        Assert.Equal(
            ["2026-10-31 500000 IN ", "2026-11-05 -500 FEE ", "2026-11-05 -120050 DEMO-BANK-B-001 B-001",
                "2026-11-05 -7 DEMO-BANK-B-002 B-002", "2026-11-05 7 DEMO-BANK-B-002-RETURNED B-002"],
            statement.Lines.Select(line => string.Create(
                CultureInfo.InvariantCulture, $"{line.BookedOn:O} {line.SignedFen} {line.BankReference} {line.EndToEndId}")));
        Assert.All(statement.Lines.Where(line => line.EndToEndId is not null), line =>
            Assert.Equal(("演示·食堂", "0000260200001"), (line.Counterparty, line.CounterpartyAccount)));
    }

    [Fact]
    public void Statement_in_which_nothing_moved_is_one_too()
    {
        BankStatement statement = Read(DemoBank.Write(new StatementPlan(4, 52, 60, []), 1_000, Files).File);
        Assert.Equal((1_000L, 1_000L, 0), (statement.OpeningFen, statement.ClosingFen, statement.Lines.Length));
    }

    [Fact]
    public void Same_plan_is_the_same_bytes() =>
        Assert.Equal(DemoBank.Write(Plan, 1_000, Files).File, DemoBank.Write(Plan, 1_000, Files).File);

    private static BankStatement Read(byte[] file)
    {
        StatementFileContent content = StatementFile.Read(
            new MemoryStream(file), ProfileFile.Find("camt053")!, new StatementTerms { Account = DemoAccounts.Number });
        Assert.True(content.Refusal is null, $"{content.Refusal}");
        Assert.Empty(content.Warnings);
        return Assert.Single(content.Statements);
    }

    private static byte[] PaymentFile(params (string Id, string Yuan)[] payments) => Encoding.UTF8.GetBytes($"""
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><PmtInf>
        {string.Concat(payments.Select(payment => $"""
            <CdtTrfTxInf><PmtId><EndToEndId>{payment.Id}</EndToEndId></PmtId><Amt><InstdAmt Ccy="CNY">{payment.Yuan}</InstdAmt></Amt>
            <Cdtr><Nm>演示·食堂</Nm></Cdtr><CdtrAcct><Id><Othr><Id>0000260200001</Id></Othr></Id></CdtrAcct>
            <RmtInf><Ustrd>结算</Ustrd></RmtInf></CdtTrfTxInf>
            """))}
        </PmtInf></CstmrCdtTrfInitn></Document>
        """);
}
