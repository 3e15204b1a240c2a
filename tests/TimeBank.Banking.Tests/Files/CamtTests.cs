using System.Text;
using Xunit;

namespace TimeBank.Banking.Tests;

public sealed class CamtTests
{
    private const string Acct = "<Acct><Id><IBAN>DE12</IBAN></Id><Ccy>CNY</Ccy></Acct>";

    private static readonly StatementTerms Terms = StatementTerms.Default;

    [Theory]
    [InlineData("02"), InlineData("04"), InlineData("08"), InlineData("10"), InlineData("12"), InlineData("13")]
    public void Every_version_is_read(string version)
    {
        bool isNew = string.CompareOrdinal(version, "04") >= 0;
        string status = isNew ? "<Sts><Cd>BOOK</Cd></Sts>" : "<Sts>BOOK</Sts>";
        string name = isNew ? "<Pty><Nm>甲助餐点</Nm></Pty>" : "<Nm>甲助餐点</Nm>";

        BankLine line = Read(Document(version, Statement(0, -850, $"""
            <Ntry><Amt Ccy="CNY">8.5</Amt><CdtDbtInd>DBIT</CdtDbtInd>{status}<BookgDt><Dt>2026-11-02</Dt></BookgDt>
            <AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>SB-1</EndToEndId></Refs>
            <RltdPties><Cdtr>{name}</Cdtr><CdtrAcct><Id><Othr><Id>6222</Id></Othr></Id></CdtrAcct></RltdPties>
            <RmtInf><Ustrd>meals</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
            """)), Terms with { MayBeNegative = true }).Statement().Lines.Single();

        Assert.Equal((-850L, "SB-1", "B1", "甲助餐点", "6222", "meals"),
            (line.SignedFen, line.EndToEndId, line.BankReference, line.Counterparty, line.CounterpartyAccount, line.Text));
    }

    [Theory]
    [InlineData("2026-11-02", "2026-11-02")]
    [InlineData("2026-11-02T16:30:00Z", "2026-11-03")]
    [InlineData("2026-11-02T23:59:59+08:00", "2026-11-02")]
    [InlineData("2026-11-03T00:30:00+09:00", "2026-11-02")]
    [InlineData("2026-11-02T16:30:00", "2026-11-02")]
    [InlineData("2026-11-02T16:30:00.123456789Z", "2026-11-03")]
    [InlineData("2026-11-02Z", "2026-11-02")]
    public void A_time_is_of_the_day_on_the_accounts_clock(string written, string day)
    {
        string kind = written.Contains('T') ? "DtTm" : "Dt";

        BankLine line = Read(Document("08", Statement(0, 100, Entry(100, more:
            $"<ValDt><{kind}>{written}</{kind}></ValDt>", booked: "")))).Statement().Lines.Single();

        Assert.Equal(DateOnly.Parse(day), line.BookedOn);
    }

    [Theory]
    [InlineData("CRDT", 100)]
    [InlineData("DBIT", -100)]
    public void A_reversal_never_turns_the_side(string side, long fen)
    {
        BankLine line = Read(Document("02", Statement(1_000, 1_000 + fen, Entry(100, side, "<RvslInd>true</RvslInd>"))))
            .Statement().Lines.Single();

        Assert.Equal((fen, true), (line.SignedFen, line.IsReversal));
    }

    [Fact]
    public void What_is_pending_is_reported_and_not_counted()
    {
        StatementFileContent read = Read(Document("02", Statement(0, 100,
            Entry(100) + Entry(900, status: "PDNG") + Entry(5, status: "INFO"))));

        Assert.Equal([LeftOutReason.Pending, LeftOutReason.NotMoney], read.LeftOut.Select(row => row.Reason));
        Assert.Equal(1, read.Statement().LineCount);
    }

    [Fact]
    public void Details_never_take_the_batchs_amount()
    {
        BankLine line = Read(Document("08", Statement(0, 600, Entry(600, more: "<NtryDtls><Btch><PmtInfId>B-7</PmtInfId>"
            + "<NbOfTxs>2</NbOfTxs></Btch>" + Part("250", "E1") + Part(null, "NOTPROVIDED") + "</NtryDtls>")))).Statement().Lines.Single();

        Assert.Equal([250L, null], line.Details.Select(part => part.SignedFen));
        Assert.Equal(["E1", null], line.Details.Select(part => part.EndToEndId));
        Assert.Equal(("B-7", null), (line.BatchId, line.EndToEndId));
    }

    [Theory]
    [InlineData("<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch>{0}{1}</NtryDtls>", "BatchDiffers 5 NbOfTxs")]
    [InlineData("<NtryDtls>{0}{0}</NtryDtls>", "BatchDiffers 5 TxDtls")]
    [InlineData("<NtryDtls>{0}{1}</NtryDtls>", "taken")]
    [InlineData("<NtryDtls>{0}{2}</NtryDtls>", "taken")]
    [InlineData("<RvslInd>true</RvslInd><NtryDtls>{0}{1}</NtryDtls>", "taken")]
    [InlineData("<NtryDtls><Btch><MsgId>M</MsgId><NbOfTxs>9</NbOfTxs></Btch></NtryDtls>", "taken")]
    [InlineData("<Chrgs><TtlChrgsAndTaxAmt Ccy=\"CNY\">0.10</TtlChrgsAndTaxAmt></Chrgs><NtryDtls>{0}{3}</NtryDtls>", "taken")]
    public void A_batch_is_held_to_its_parts_where_all_have_amounts(string details, string result)
    {
        string more = string.Format(details, Part("250", "A"), Part("350", "B"), Part(null, "C"), Part("360", "D"));

        Assert.Equal(result, Read(Document("08", Statement(0, 600, Entry(600, more: more)))).Refused());
    }

    [Fact]
    public void Statements_and_pages_chain()
    {
        string pages = $"<Stmt><LglSeqNb>7</LglSeqNb>{Acct}{Balance("OPBD", 0)}{Balance("ITBD", 100)}{Entry(100)}</Stmt>"
            + $"<Stmt><LglSeqNb>7</LglSeqNb>{Acct}{Balance("ITBD", 100)}{Balance("CLBD", 150)}{Entry(50)}</Stmt>"
            + $"<Stmt><LglSeqNb>9</LglSeqNb>{Acct}{Balance("PRCD", 150)}{Balance("CLBD", 150)}</Stmt>";

        StatementFileContent read = Read(Document("02", pages));

        Assert.Equal([(0L, 100L), (100L, 150L), (150L, 150L)],
            read.Statements.Select(one => (one.OpeningFen!.Value, one.ClosingFen!.Value)));
        Assert.Equal([WarningReason.NumberGap], read.Warnings.Select(warning => warning.Reason));
        Assert.Equal("OpeningDiffers 5 PRCD", Read(Document("02", pages.Replace(
            Balance("PRCD", 150) + Balance("CLBD", 150), Balance("PRCD", 140) + Balance("CLBD", 140)))).Refused());
    }

    [Fact]
    public void The_statement_before_is_an_argument()
    {
        StatementTerms Before(long fen) => Terms with
        {
            Before = new Dictionary<string, StatementBefore> { ["DE12"] = new(fen, "4") },
        };
        string file = Document("02", Statement(100, 200, Entry(100), "5"));

        Assert.Equal(TieOuts.Balances | TieOuts.StatementBefore, Read(file, Before(100)).Statement().HeldAgainst);
        Assert.Equal("OpeningDiffers 5 OPBD", Read(file, Before(99)).Refused());
        Assert.Equal("ClosingDiffers 5 CLBD", Read(Document("02", Statement(null, 200, Entry(100))), Before(99)).Refused());
    }

    [Theory]
    [InlineData("<Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>", "CurrencyOther 5 Amt")]
    [InlineData("<Amt Ccy=\"CNY\">1.001</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>", "AmountTooPrecise 5 Amt")]
    [InlineData("<Amt Ccy=\"CNY\">-1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>", "AmountInvalid 5 Amt")]
    [InlineData("<Amt Ccy=\"CNY\">1e3</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>", "AmountInvalid 5 Amt")]
    [InlineData("<Amt Ccy=\"CNY\">1</Amt><Sts>BOOK</Sts>", "FieldMissing 5 Ntry")]
    [InlineData("<Amt Ccy=\"CNY\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd>", "FieldMissing 5 Ntry")]
    [InlineData("<Amt Ccy=\"CNY\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>XXXX</Sts>", "StatusUnknown 5 Sts")]
    [InlineData("<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>", "AmountMissing 5 Amt")]
    [InlineData("<Amt Ccy=\"CNY\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>", "FieldMissing 5 BookgDt")]
    [InlineData("<Amt Ccy=\"CNY\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-02-30</Dt></BookgDt>",
        "DateInvalid 5 BookgDt")]
    public void A_wrong_entry_refuses_the_file(string entry, string refused) => Assert.Equal(refused,
        Read(Document("02", Statement(0, 100, $"<Ntry>{entry}</Ntry>"))).Refused());

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><Document/>", "DtdForbidden 1")]
    [InlineData("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'/>", "NotThisFormat 1 Document")]
    [InlineData("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><Stmt>", "XmlInvalid 1")]
    [InlineData("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'/>", "FieldMissing 0 Stmt")]
    [InlineData("not xml", "XmlInvalid 1")]
    [InlineData("", "XmlInvalid 1")]
    public void What_is_no_statement_is_refused(string file, string refused) => Assert.Equal(refused, Read(file).Refused());

    [Fact]
    public void Bytes_of_another_encoding_are_refused()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Document("02", Statement(0, 100, Entry(100, more: "<AddtlNtryInf>#</AddtlNtryInf>"))));
        bytes[Array.IndexOf(bytes, (byte)'#')] = 0xFF;

        Assert.StartsWith("XmlInvalid", Given.Read("camt053", bytes, Terms).Refused());
    }

    [Theory]
    [InlineData(2, "3.00", "taken")]
    [InlineData(3, "3.00", "CountDiffers 5 TtlNtries")]
    [InlineData(2, "9.00", "TotalDiffers 5 TtlNtries")]
    [InlineData(2, "-1.00", "taken")]
    public void The_statements_own_summary_is_held(int count, string sum, string result) => Assert.Equal(result, Read(
        Document("02", Statement(100, 0, $"""
            <TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries><Sum>{sum}</Sum></TtlNtries></TxsSummry>
            """ + Entry(100) + Entry(200, "DBIT")))).Refused());

    private static StatementFileContent Read(string file, StatementTerms? terms = null) => Given.Read("camt053", file, terms ?? Terms);

    private static string Document(string version, string statements) => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">
        <BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>

        {statements}
        </BkToCstmrStmt></Document>
        """;

    private static string Statement(long? opening, long closing, string entries, string? number = null) =>
        $"<Stmt>{(number is null ? "" : $"<ElctrncSeqNb>{number}</ElctrncSeqNb>")}{Acct}{(opening is { } fen ? Balance("OPBD", fen) : "")}"
        + $"{Balance("CLBD", closing)}{entries}</Stmt>";

    private static string Balance(string code, long fen) => $"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        + $"<Amt Ccy=\"CNY\">{Math.Abs(fen) / 100}.{Math.Abs(fen) % 100:00}</Amt>"
        + $"<CdtDbtInd>{(fen < 0 ? "DBIT" : "CRDT")}</CdtDbtInd></Bal>";

    private static string Entry(long fen, string side = "CRDT", string more = "", string status = "BOOK",
        string booked = "<BookgDt><Dt>2026-11-02</Dt></BookgDt>") => $"<Ntry><Amt Ccy=\"CNY\">{fen / 100}.{fen % 100:00}</Amt>"
        + $"<CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts>{booked}{more}</Ntry>";

    private static string Part(string? fen, string id) => $"<TxDtls><Refs><EndToEndId>{id}</EndToEndId></Refs>"
        + (fen is null ? "" : $"<Amt Ccy=\"CNY\">{fen[..^2]}.{fen[^2..]}</Amt>") + "</TxDtls>";
}
