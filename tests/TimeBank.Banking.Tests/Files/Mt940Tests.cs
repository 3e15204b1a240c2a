using System.Text;
using Xunit;

namespace TimeBank.Banking.Tests;

public sealed class Mt940Tests
{
    private const string Head = ":20:X\r\n:25:6222/1\r\n:28C:7/1\r\n:60F:C261101CNY100,00\r\n";

    [Theory]
    [InlineData("2611021102C9,N192NONREF", 900)]
    [InlineData("2611021102D9,5NTRFSB-1", -950)]
    [InlineData("2611021102RC50,00NTRFSB-1", -5_000)]
    [InlineData("2611021102RD30,00NTRFSB-1", 3_000)]
    [InlineData("2611021102DR6,00N024NONREF", -600)]
    [InlineData("261102    DD12,39NMSCNONREF//", -1_239)]
    [InlineData("261102C1,00NTRF", 100)]
    [InlineData("261102C1,000NTRF", 100)]
    [InlineData("261102C0,00NTRF", 0)]
    public void The_side_and_amount_of_a_line(string line, long fen)
    {
        BankStatement read = Given.Read("mt940", Page(line, 10_000 + fen), StatementTerms.Default).Statement();

        Assert.Equal([fen], read.Lines.Select(one => one.SignedFen));
        Assert.Equal(line.Contains('R') && (line.Contains("RC") || line.Contains("RD")), read.Lines[0].IsReversal);
    }

    [Theory]
    [InlineData("2612310102", "2027-01-02")]
    [InlineData("2701021231", "2026-12-31")]
    [InlineData("2611021102", "2026-11-02")]
    [InlineData("240228 0229", null)]
    [InlineData("2402280229", "2024-02-29")]
    [InlineData("2602280229", null)]
    [InlineData("2602300301", null)]
    [InlineData("2613010102", null)]
    public void The_entry_date_is_the_nearest_to_the_value_date(string days, string? booked)
    {
        StatementFileContent read = Given.Read("mt940", Page($"{days}C1,00NTRFX", 10_100), StatementTerms.Default);

        if (booked is null) Assert.Contains(read.Refused(), (string[])["DateInvalid 5 61", "FieldInvalid 5 61"]);
        else Assert.Equal(DateOnly.Parse(booked), read.Statement().Lines[0].BookedOn);
    }

    [Fact]
    public void References_and_texts_go_to_their_fields()
    {
        BankLine line = Given.Read("mt940", Page("2611021102C1,00NTRFSB-77//BANK1\r\nmore text\r\n:86:166?00GUTSCHRIFT?20EREF+SB-20"
            + "?2126-1SVWZ+meals?31DE12?32Jia?33 Zhan", 10_100), StatementTerms.Default).Statement().Lines[0];
        BankLine plain = Given.Read("mt940", Page("2611021102C1,00NTRFNONREF\r\n:86:one\r\ntwo", 10_100), StatementTerms.Default)
            .Statement().Lines[0];

        Assert.Equal(("SB-2026-1", "BANK1", "Jia Zhan", "DE12"),
            (line.EndToEndId, line.BankReference, line.Counterparty, line.CounterpartyAccount));
        Assert.Equal("more text EREF+SB-2026-1SVWZ+meals", line.Text);
        Assert.Equal((null, "one two"), (plain.EndToEndId, plain.Text));
    }

    [Fact]
    public void Text_behind_the_closing_balance_is_the_statements() => Assert.Equal("meals", Given.Read("mt940",
        Page("2611021102C1,00NTRF\r\n:86:meals", 10_100).Replace("\r\n-", "\r\n:86:advertisement\r\n-"), StatementTerms.Default)
            .Statement().Lines[0].Text);

    [Fact]
    public void Pages_open_where_the_last_one_closed()
    {
        string pages = ":20:X\n:25:A\n:28C:7/1\n:60F:C261101CNY1,00\n:61:261102C1,00NTRF\n:62M:C261102CNY2,00\n-\n"
            + ":20:X\n:25:A\n:28C:7/2\n:60M:C261102CNY2,00\n:61:261102C1,00NTRF\n:62F:C261102CNY3,00\n-\n"
            + ":20:Y\n:25:A\n:28C:9/1\n:60F:C261102CNY3,00\n:62F:C261103CNY3,00\n-\n";

        StatementFileContent read = Given.Read("mt940", pages, StatementTerms.Default);

        Assert.Equal([1, 1, 0], read.Statements.Select(page => page.LineCount));
        Assert.Equal("7/2 → 9/1", read.Warnings.Single(warning => warning.Reason == WarningReason.NumberGap).Detail);
        Assert.Equal("OpeningDiffers 11 60M", Given.Read("mt940", pages.Replace("60M:C261102CNY2,00", "60M:C261102CNY1,00")
            .Replace("CNY3,00", "CNY2,00"), StatementTerms.Default).Refused());
    }

    [Theory]
    [InlineData("7/1", "7/2", false)]
    [InlineData("7/2", "8/1", false)]
    [InlineData("7", "8", false)]
    [InlineData("365/1", "1/1", false)]
    [InlineData("00000/001", "00000/001", false)]
    [InlineData("7/1", "7/3", true)]
    [InlineData("7/1", "7/1", true)]
    [InlineData("7", "9", true)]
    [InlineData("8/1", "7/1", true)]
    [InlineData("A-7", "A-9", false)]
    public void A_gap_in_the_numbers_is_reported(string before, string number, bool isGap)
    {
        StatementTerms terms = new() { Before = new Dictionary<string, StatementBefore> { ["6222/1"] = new(10_000, before) } };

        StatementFileContent read = Given.Read("mt940", Page("261102C1,00NTRFX", 10_100).Replace(":28C:7/1", $":28C:{number}"), terms);

        Assert.Equal(isGap, read.Warnings.Any(warning => warning.Reason == WarningReason.NumberGap));
    }

    [Theory]
    [InlineData(":62F:C261102CNY101,00", ":62F:C261102CNY100,99", "ClosingDiffers 6 62F")]
    [InlineData(":62F:C261102CNY101,00", "", "StatementCut 1 62F")]
    [InlineData("C261101CNY", "C261101EUR", "CurrencyOther 4 60F")]
    [InlineData(":60F:C261101CNY100,00\r\n", "", "FieldMissing 4 60F")]
    [InlineData("CNY100,00", "CNY100.00", "FieldInvalid 4 60F")]
    [InlineData("C1,00N", "C1,001N", "AmountTooPrecise 5 61")]
    [InlineData("C1,00N", "X1,00N", "FieldInvalid 5 61")]
    [InlineData("C261102CNY101,00", "D261102CNY101,00", "NegativeBalance 6 62F")]
    [InlineData(":25:6222/1\r\n", "", "AccountMissing 3 25")]
    public void A_statement_that_fails_is_refused_with_its_line(string part, string wrong, string refused)
    {
        string file = Page("261102C1,00NTRFX", 10_100);
        Assert.Equal("taken", Given.Read("mt940", file, StatementTerms.Default).Refused());

        Assert.Equal(refused, Given.Read("mt940", file.Replace(part, wrong), StatementTerms.Default).Refused());
    }

    [Fact]
    public void An_envelope_and_chinese_of_the_national_encoding_are_read()
    {
        byte[] bytes = CodePagesEncodingProvider.Instance.GetEncoding(54936)!.GetBytes(
            "{1:F01BKCHCNBJ}{2:O940}{4:\r\n" + Page("261102C1,00NTRFX\r\n:86:助餐补贴", 10_100).Replace("\r\n-", "\r\n-}"));

        Assert.Equal("助餐补贴", Given.Read("mt940", bytes, StatementTerms.Default).Statement().Lines[0].Text);
        Assert.Equal("StatementCut 1 60F", Given.Read("mt940", ":20:X\n", StatementTerms.Default).Refused());
        Assert.Equal("NotThisFormat 0", Given.Read("mt940", "hello", StatementTerms.Default).Refused());
        Assert.Equal("FileEmpty 0", Given.Read("mt940", "", StatementTerms.Default).Refused());
    }

    private static string Page(string line, long closingFen) =>
        $"{Head}:61:{line}\r\n:62F:C261102CNY{closingFen / 100},{closingFen % 100:00}\r\n-\r\n";
}
