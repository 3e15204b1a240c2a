using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class FundingChecksTests
{
    private static readonly Policy Policy = PolicyHistory.BuiltIn.Versions[^1];

    [Theory]
    [InlineData(55, 100, 55, CheckVerdict.Met, 5_500)]
    [InlineData(54, 100, 55, CheckVerdict.NotMet, 5_400)]
    // 5,499.99… basis points are shown rounded down, and 55 percent of 3 fen are more than 1 fen.
    [InlineData(549_999, 1_000_000, 55, CheckVerdict.NotMet, 5_499)]
    [InlineData(2, 3, 66, CheckVerdict.Met, 6_666)]
    [InlineData(2, 3, 67, CheckVerdict.NotMet, 6_666)]
    [InlineData(0, 0, 55, CheckVerdict.Nothing, 0)]
    [InlineData(-1, -2, 55, CheckVerdict.Nothing, 0)]
    [InlineData(-1, 2, 0, CheckVerdict.NotMet, 0)]
    [InlineData(long.MaxValue, long.MaxValue, 100, CheckVerdict.Met, 10_000)]
    [InlineData(long.MaxValue - 1, long.MaxValue, 100, CheckVerdict.NotMet, 9_999)]
    public void Amounts_decide_and_not_the_rounded_share(long part, long whole, int min, CheckVerdict verdict, long basisPoints)
    {
        var check = new ShareCheck(part, whole, min);

        Assert.Equal((verdict, basisPoints), (check.Verdict, check.BasisPoints));
    }

    [Theory]
    [InlineData("430211", 55, CheckVerdict.Met)]
    [InlineData("430200", 55, CheckVerdict.Met)]
    [InlineData("430000", 70, CheckVerdict.NotMet)]
    public void A_provinces_own_department_has_its_own_minimum(string region, int percent, CheckVerdict verdict)
    {
        ShareCheck check = LotteryRule.Judge(RegionCode.Parse(region), Policy.Funding, used: 60, received: 100);

        Assert.Equal(((Int128)60, (Int128)100, percent, verdict), (check.Part, check.Whole, check.MinPercent, check.Verdict));
    }

    [Theory]
    [InlineData(1_000, 2_000, CountryPart.Middle, 900, 100, 0)]
    [InlineData(2_500, 2_000, CountryPart.East, 1_700, 300, 500)]
    [InlineData(2_000, 2_000, CountryPart.West, 1_900, 100, 0)]
    // Fractions of a fen are the locality's.
    [InlineData(9, 9, CountryPart.Middle, 8, 1, 0)]
    [InlineData(7, 0, CountryPart.Middle, 0, 0, 7)]
    [InlineData(-7, 100, CountryPart.Middle, 0, 0, 0)]
    public void What_passes_the_quota_is_the_localitys(long spent, long quota, CountryPart part, long central, long local, long beyond)
    {
        var share = new CostShare(spent, quota, CostShare.PercentOf(part, Policy.Funding));

        Assert.Equal(((Int128)central, (Int128)local, (Int128)beyond), (share.Central, share.Local, share.Beyond));
        Assert.Equal(Int128.Max(0, spent), share.Central + share.Local + share.Beyond);
    }

    [Theory]
    // 100 hours at 80 yuan.
    [InlineData(800_000, 6_000, 8_000, 60, 800_000, CheckVerdict.Met, 10_000)]
    [InlineData(799_999, 6_000, 8_000, 60, 800_000, CheckVerdict.NotMet, 9_999)]
    // 7 minutes at 10 fen for 3 minutes cost 23.33… fen: 23 don't cover them.
    [InlineData(23, 7, 10, 3, 24, CheckVerdict.NotMet, 9_857)]
    [InlineData(24, 7, 10, 3, 24, CheckVerdict.Met, 10_285)]
    [InlineData(5, 0, 10, 3, 0, CheckVerdict.Nothing, 0)]
    [InlineData(-5, 7, 10, 3, 24, CheckVerdict.NotMet, 0)]
    public void Coverage_is_exact(long available, long minutes, long price, long per, long cost, CheckVerdict verdict, long basisPoints)
    {
        var coverage = new GuaranteeCoverage(
            available, minutes, new HourPrice(new Fen(price), new Minutes(per)), Policy.Hours.GuaranteeFund);

        Assert.Equal((Int128)cost, coverage.Cost);
        Assert.Equal((verdict, basisPoints), (coverage.Check.Verdict, coverage.Check.BasisPoints));
    }
}
