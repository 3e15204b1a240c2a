using System.Globalization;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class ReturnRuleTests
{
    [Theory]
    // Nothing is bound: each fund gets all that it has not borne, to the fen.
    [InlineData(100, 0, "a 55, b 30, c 15", "a 55, b 30, c 15")]
    // Imported money stays.
    [InlineData(140, 0, "a 55, b 45", "a 55, b 45")]
    // Vouchers bind a part: the rest goes back by what each has left.
    [InlineData(50, 50, "a 60, b 40", "a 30, b 20")]
    [InlineData(1, 99, "a 1, b 99", "b 1")]
    // Imported money of 30 stands behind the bound 50 first.
    [InlineData(80, 50, "a 60, b 40", "a 48, b 32")]
    // Imported money is enough for all vouchers.
    [InlineData(110, 20, "a 60, b 40", "a 60, b 40")]
    public void Free_money_goes_back_to_those_who_gave_it(long free, long bound, string unspent, string back)
    {
        UnspentFunds before = new(new Fen(free), new Fen(bound), [.. Parts(unspent)]);

        Assert.Equal(Parts(back), ReturnRule.Parts(before));
        Assert.Null(ReturnRule.Judge(before));

        // A second return finds nothing more.
        IEnumerable<FunderPart> left = before.Funds.Select(fund => fund with
        {
            Amount = fund.Amount - Parts(back).FirstOrDefault(part => part.Fund == fund.Fund).Amount,
        });
        UnspentFunds after = new(
            new Fen(free - Parts(back).Sum(part => part.Amount.Value)), before.Bound, [.. left.Where(fund => fund.Amount > Fen.Zero)]);
        Assert.Empty(ReturnRule.Parts(after));
    }

    [Fact]
    public void What_has_no_fund_and_nothing_at_all_are_told_apart()
    {
        UnspentFunds Without(long free, string funds) => new(new Fen(free), new Fen(10), [.. Parts(funds)]);

        ReasonTexts.AssertFills(ReturnRule.Judge(Without(7, ""))!);
        Assert.Equal(new Refusal(Reason.NothingToReturn), ReturnRule.Judge(Without(0, "a 10")));
        Assert.Equal(Refusal.Of(Reason.NoFundToReturnTo, ("available", "7"), ("unit", "CNY")), ReturnRule.Judge(Without(7, "")));
    }

    private static FunderPart[] Parts(string text) =>
    [
        .. text.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split(' '))
            .Select(part => new FunderPart(Slug.Parse(part[0]), new Fen(long.Parse(part[1], CultureInfo.InvariantCulture)))),
    ];
}
