using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class HourRulesTests
{
    private static readonly HoursPolicy Policy = PolicyHistory.BuiltIn.At(new DateOnly(2026, 10, 1)).Hours;

    /// <summary>Minutes served, minutes credited that day before, minutes credited.</summary>
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(14, 0, 0)]
    [InlineData(15, 0, 15)]
    [InlineData(29, 0, 15)]
    [InlineData(59, 0, 45)]
    [InlineData(60, 0, 60)]
    [InlineData(120, 0, 120)]
    [InlineData(121, 0, 120)]
    [InlineData(1_000_000, 0, 120)]
    [InlineData(120, 360, 120)]
    [InlineData(120, 361, 105)]
    [InlineData(120, 465, 15)]
    [InlineData(120, 466, 0)]
    [InlineData(120, 480, 0)]
    [InlineData(120, 10_000, 0)]
    public void Service_is_credited_in_steps_within_a_session_and_a_day(long served, long before, long credited) =>
        Assert.Equal(new Minutes(credited), CreditedMinutes.Of(new Minutes(served), new Minutes(before), Policy));

    /// <summary>Balance before, minutes credited, minutes that the volunteer keeps, minutes for the pool.</summary>
    [Theory]
    [InlineData(0, 60, 60, 0)]
    [InlineData(89_940, 60, 60, 0)]
    [InlineData(89_941, 60, 59, 1)]
    [InlineData(89_999, 60, 1, 59)]
    [InlineData(90_000, 60, 0, 60)]
    [InlineData(95_000, 60, 0, 60)]
    [InlineData(90_000, 0, 0, 0)]
    public void What_passes_the_cap_goes_to_the_pool(long balance, long credited, long kept, long pooled) =>
        Assert.Equal(new CapSplit(new Minutes(kept), new Minutes(pooled)),
            CapSplit.Of(new Minutes(balance), new Minutes(credited), Policy));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5_999, 0)]
    [InlineData(6_000, 1)]
    [InlineData(17_999, 1)]
    [InlineData(18_000, 2)]
    [InlineData(30_000, 3)]
    [InlineData(60_000, 4)]
    [InlineData(89_999, 4)]
    [InlineData(90_000, 5)]
    [InlineData(10_000_000, 5)]
    public void Lifetime_hours_give_stars(long minutes, int stars) => Assert.Equal(stars, StarGrade.Of(new Minutes(minutes), Policy));
}
