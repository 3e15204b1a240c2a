using CsCheck;
using Xunit;

namespace TimeBank.Banking.Tests;

/// <summary>Lists whose lines have balances, in both orders.</summary>
public sealed class RunningBalanceTests
{
    private const string Header = "记账日期,货币,交易金额,联机余额,交易摘要,对手信息,客户摘要\n";

    /// <summary>Whatever the amounts are: a whole list ties out in both orders, with the same ends.</summary>
    [Fact]
    public void A_list_ties_out_in_both_orders() => Gen.Select(Gen.Long[0, 1_000_000], Gen.Long[-5_000, 5_000].Array[1, 30])
        .Sample((start, amounts) =>
        {
            string[] rows = Rows(start + 1_000_000, amounts);
            BankStatement rising = Read(rows).Statement(), falling = Read([.. rows.Reverse()]).Statement();

            Assert.Equal((start + 1_000_000, start + 1_000_000 + amounts.Sum()), (rising.OpeningFen, rising.ClosingFen));
            Assert.Equal((rising.OpeningFen, rising.ClosingFen), (falling.OpeningFen, falling.ClosingFen));
        }, iter: 300);

    /// <summary>A line that is lost, doubled or changed by one fen never passes.</summary>
    [Fact]
    public void A_list_with_a_wrong_line_is_refused() => Gen.Select(Gen.Long[1, 5_000].Array[3, 20], Gen.Int[1, 1_000], Gen.Int[0, 2])
        .Sample((amounts, at, kind) =>
        {
            string[] rows = Rows(1_000_000, amounts);
            int place = 1 + (at % (rows.Length - 2));
            rows = kind switch
            {
                0 => [.. rows[..place], .. rows[(place + 1)..]],
                1 => [.. rows[..place], rows[place], .. rows[place..]],
                _ => [.. rows[..place], Row(place, amounts[place] + 1, 1_000_000 + amounts[..(place + 1)].Sum()), .. rows[(place + 1)..]],
            };

            Assert.StartsWith("BalanceBreaks", Read(rows).Refused());
        }, iter: 300);

    [Theory]
    [InlineData("2026-11-01", "2026-11-02", null, 10_000L, 10_000L)]
    [InlineData("2026-11-02", "2026-11-01", null, 15_000L, 15_000L)]
    [InlineData("2026-11-01", "2026-11-01", 10_000L, 10_000L, 10_000L)]
    [InlineData("2026-11-01", "2026-11-01", 15_000L, 15_000L, 15_000L)]
    public void Where_both_orders_fit_days_decide_and_then_the_statement_before(
        string first, string second, long? before, long opening, long closing)
    {
        StatementTerms terms = before is not { } fen ? Given.Card : Given.Card with
        {
            Before = new Dictionary<string, StatementBefore> { [Given.Card.Account!] = new(fen, null) },
        };

        BankStatement read = Given.Read("cmb-debit", $"{Header}{first},CNY,50.00,150.00,a,,\n{second},CNY,-50.00,100.00,b,,\n", terms)
            .Statement();

        Assert.Equal((opening, closing), (read.OpeningFen, read.ClosingFen));
    }

    [Fact]
    public void Where_nothing_decides_the_file_is_refused() => Assert.Equal("OrderUnsettled 2 联机余额",
        Read(["2026-11-01,CNY,50.00,150.00,a,,", "2026-11-01,CNY,-50.00,100.00,b,,"]).Refused());

    [Fact]
    public void An_empty_list_is_no_statement_of_an_unknown_balance()
    {
        BankStatement read = Read([]).Statement();

        Assert.Equal((0, null, null), (read.LineCount, read.OpeningFen, read.ClosingFen));
    }

    private static StatementFileContent Read(string[] rows) => Given.Read("cmb-debit", Header + string.Join('\n', rows));

    private static string[] Rows(long opening, long[] amounts) =>
        [.. amounts.Select((amount, at) => Row(at, amount, opening + amounts[..(at + 1)].Sum()))];

    private static string Row(int day, long fen, long balance) =>
        $"{new DateOnly(2026, 1, 1).AddDays(day):yyyy-MM-dd},CNY,{Yuan(fen)},{Yuan(balance)},转账,,";

    private static string Yuan(long fen) => $"{(fen < 0 ? "-" : "")}{Math.Abs(fen) / 100}.{Math.Abs(fen) % 100:00}";
}
