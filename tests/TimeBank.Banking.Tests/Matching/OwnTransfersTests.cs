using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Banking.Tests;

/// <summary>Lines are written as account, signed fen, day of November, fee in fen and the other account.</summary>
public sealed class OwnTransfersTests
{
    [Theory]
    [InlineData("wallet -10010 2 10; bank 10000 3", "0→1 Suggested")]
    [InlineData("wallet -10010 2 10; bank 10010 3", "")]
    [InlineData("wallet -100 2 0 bank; bank 100 3", "0→1 Confirmed")]
    [InlineData("bank 100 3 0 wallet; wallet -100 2", "1→0 Confirmed")]
    [InlineData("wallet -100 2; wallet 100 2", "")]
    [InlineData("wallet -100 2; bank 100 9", "")]
    [InlineData("wallet -100 2; bank 100 1", "0→1 Suggested")]
    [InlineData("wallet -100 2; bank -100 2", "")]
    [InlineData("wallet -100 2; bank 100 2; wallet 100 2", "0→1 Suggested")]
    [InlineData("wallet -100 2; bank 100 2; other 100 3", "tie [0]→[1, 2]")]
    [InlineData("wallet -100 2; wallet -100 2; bank 100 2; bank 100 2", "tie [0, 1]→[2, 3]")]
    [InlineData("wallet -100 2 0 bank; bank 100 2; other 100 3", "0→1 Confirmed")]
    [InlineData("wallet -100 2; bank 100 2; wallet -100 20; bank 100 21", "0→1 Suggested;2→3 Suggested")]
    [InlineData("wallet 0 2; bank 0 2", "")]
    public void Money_between_own_accounts_is_one_transfer(string lines, string found)
    {
        OwnTransfersResult result = OwnTransfers.Pair([.. lines.Split("; ").Select(Parse)], days: 3);

        Assert.Equal(found, string.Join(';', result.Transfers.Select(pair => $"{pair.Out}→{pair.In} {pair.Standing}")
            .Concat(result.Ties.Select(tie => $"tie {tie.Out}→{tie.In}"))));
    }

    [Fact]
    public void Many_equal_amounts_are_one_tie()
    {
        OwnLine[] lines = [.. Enumerable.Range(0, 100_000).Select(at => Parse(at % 2 == 0 ? "wallet -100 2" : "bank 100 2"))];

        OwnTransfersResult result = OwnTransfers.Pair(lines, days: 3);

        Assert.Equal(50_000, result.Ties.Single().Out.Count);
        Assert.Empty(OwnTransfers.Pair([.. lines.Select(line => line with { Account = "bank" })], days: 3).Ties);
    }

    private static OwnLine Parse(string text)
    {
        string[] parts = text.Split(' ');
        long fen = long.Parse(parts[1]);
        return new OwnLine(parts[0], new BankLine
        {
            FileLine = 1, BookedOn = new DateOnly(2026, 11, int.Parse(parts[2])), Flow = fen < 0 ? MoneyFlow.Out : MoneyFlow.In,
            Amount = new Fen(Math.Abs(fen)), FeeMilliFen = parts.Length > 3 ? long.Parse(parts[3]) * 1_000 : 0,
            CounterpartyAccount = parts.Length > 4 ? parts[4] : null,
        });
    }
}
