using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>The hours that people hold, by year.</summary>
public sealed class HourLiabilityTallyTests
{
    private static readonly DateOnly Day = new(2027, 6, 15);
    private static readonly DateOnly Old = new(1950, 1, 1);

    [Theory]
    // Credited by the end of 2025, 2026 and 2027, what was spent, and what is left of each year.
    [InlineData(100, 150, 180, 0, 100, 50, 30)]
    [InlineData(100, 150, 180, 60, 40, 50, 30)]
    [InlineData(100, 150, 180, 100, 0, 50, 30)]
    [InlineData(100, 150, 180, 130, 0, 20, 30)]
    [InlineData(100, 150, 180, 175, 0, 0, 5)]
    [InlineData(100, 150, 180, 180, 0, 0, 0)]
    [InlineData(0, 0, 15, 0, 0, 0, 15)]
    [InlineData(100, 100, 100, 40, 60, 0, 0)]
    public void What_was_credited_first_is_spent_first(
        long y2025, long y2026, long y2027, long spent, long of2025, long of2026, long of2027)
    {
        var liability = new HourLiabilityTally(Day, 60);
        liability.Add([(2025, y2025), (2026, y2026), (2027, y2027)], spent, Old);

        Assert.Equal([of2025, of2026, of2027], new[] { 2025, 2026, 2027 }.Select(year => (long)liability.ByYear.GetValueOrDefault(year)));
        Assert.Equal(y2027 - spent, (long)liability.Outstanding);
        // A year of which nothing is left has no row.
        Assert.DoesNotContain(liability.ByYear.Values, minutes => minutes == 0);
    }

    [Theory]
    [InlineData("1967-06-15", 2027)] // sixty on the day itself
    [InlineData("1967-06-16", 2027)] // tomorrow, in the same year
    [InlineData("1967-12-31", 2027)]
    [InlineData("1968-01-01", 2028)]
    [InlineData("1968-02-29", 2028)]
    [InlineData("1972-02-29", 2032)]
    [InlineData("2009-03-01", 2069)]
    [InlineData("1930-01-01", 2027)] // since long ago: in the row of those who may now
    public void Hours_can_be_spent_from_the_year_in_which_the_holder_reaches_the_age(string born, int year)
    {
        var liability = new HourLiabilityTally(Day, 60);
        liability.Add([(2027, 45)], 0, DateOnly.Parse(born, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal([new KeyValuePair<int, Int128>(year, 45)], liability.Spendable);
    }

    [Fact]
    public void Regions_add_up_and_a_holder_whose_birth_date_nobody_knows_has_a_row_of_their_own()
    {
        var one = new HourLiabilityTally(Day, 60);
        one.Add([(2026, 100), (2027, 130)], 0, Old);
        one.Add([(2027, 10)], 0, born: null);
        var other = new HourLiabilityTally(Day, 60);
        other.Add([(2026, 40), (2027, 40)], 15, new DateOnly(1990, 5, 5));

        one.Add(other);

        Assert.Equal([(2026, 125L), (2027, 40L)], one.ByYear.Select(year => (year.Key, (long)year.Value)));
        Assert.Equal([(0, 10L), (2027, 130L), (2050, 25L)], one.Spendable.Select(year => (year.Key, (long)year.Value)));
        Assert.Equal(165, (long)one.Outstanding);
    }
}
