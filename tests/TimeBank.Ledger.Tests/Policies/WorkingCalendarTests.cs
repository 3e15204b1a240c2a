using System.Text;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class WorkingCalendarTests
{
    [Theory]
    [InlineData("2026-11-02", 5, "2026-11-09")]
    [InlineData("2026-11-06", 1, "2026-11-09")]
    [InlineData("2026-11-06", 0, "2026-11-06")]
    [InlineData("2026-09-18", 5, "2026-09-24")] // 20 September, a Sunday, is worked
    [InlineData("2026-09-30", 5, "2026-10-13")] // the National Day, then Saturday the 10th is worked
    [InlineData("2026-10-05", 1, "2026-10-08")] // from within a holiday
    [InlineData("2026-02-13", 2, "2026-02-24")] // Saturday the 14th is worked before the spring festival
    [InlineData("2026-04-03", 1, "2026-04-07")] // 清明
    [InlineData("2025-12-31", 1, "2026-01-04")] // over the year, to a Sunday that is worked
    [InlineData("2025-01-24", 2, "2025-01-27")]
    [InlineData("2025-09-26", 3, "2025-09-30")]
    [InlineData("2026-12-24", 5, "2026-12-31")]
    public void A_period_of_working_days_goes_by_the_notices(string from, int days, string last)
    {
        Assert.Null(WorkingCalendar.BuiltIn.After(DateOnly.Parse(from, null), days, out DateOnly found));
        Assert.Equal(DateOnly.Parse(last, null), found);
    }

    [Theory]
    [InlineData("2026-12-30", 5, "2027")]
    [InlineData("2024-12-20", 5, "2024")]
    [InlineData("2026-12-31", 1, "2027")]
    public void A_year_without_a_notice_is_refused_and_not_guessed(string from, int days, string year) => Assert.Equal(
        Refusal.Of(Reason.CalendarYearUnknown, ("year", year)),
        WorkingCalendar.BuiltIn.After(DateOnly.Parse(from, null), days, out _));

    /// <summary>A notice gives a holiday its days and takes working days for them: the year keeps its weekend and statutory days.</summary>
    [Theory]
    [InlineData(2025, 248)]
    [InlineData(2026, 248)]
    public void A_year_has_as_many_working_days_as_the_law_leaves(int year, int count)
    {
        WorkingYear known = Assert.Single(WorkingCalendar.BuiltIn.Years, known => known.Year == year);
        var first = new DateOnly(year, 1, 1);
        Assert.Equal(count, Enumerable.Range(0, 365).Count(day => known.IsWorkingDay(first.AddDays(day))));
        Assert.Contains("国务院办公厅", known.Source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "name": "元旦", "on": "2026-01-05" }""", "$.workdays[0].on")]
    [InlineData("""{ "name": "元旦", "on": "2026-01-03" }""", "$.workdays[0].on")]
    [InlineData("""{ "name": "元旦", "on": "2027-01-02" }""", "$.workdays[0].on")]
    [InlineData("""{ "name": "元旦", "day": "2026-01-04" }""", "$.workdays[0].on", "$.workdays[0].day")]
    public void A_file_that_contradicts_itself_is_refused(string workday, params string[] places)
    {
        string file = $$"""
            { "year": 2026, "source": "x", "holidays": [{ "name": "元旦", "from": "2026-01-01", "to": "2026-01-03" }],
              "workdays": [{{workday}}] }
            """;
        Assert.Equal(places, WorkingYear.Parse(Encoding.UTF8.GetBytes(file)).Errors.Select(error => error.Path));
    }
}
