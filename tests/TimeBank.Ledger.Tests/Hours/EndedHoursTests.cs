using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class EndedHoursTests
{
    /// <summary>Minutes issued and used before the month; issued, used and held until now in all; the minutes that have ended.</summary>
    [Theory]
    [InlineData(0, 0, 0, 0, 0, 0)]
    [InlineData(240, 0, 240, 0, 0, 240)]
    [InlineData(240, 100, 240, 100, 0, 140)]
    [InlineData(240, 240, 240, 240, 0, 0)]
    // Minutes spent in this month come from the oldest first.
    [InlineData(240, 0, 480, 100, 0, 140)]
    [InlineData(240, 0, 480, 240, 0, 0)]
    [InlineData(240, 0, 480, 300, 0, 0)]
    // Held minutes count as spent until they come back.
    [InlineData(240, 0, 240, 0, 120, 120)]
    [InlineData(240, 0, 480, 0, 240, 0)]
    [InlineData(240, 100, 480, 160, 60, 20)]
    // Minutes issued this month do not end.
    [InlineData(0, 0, 240, 0, 0, 0)]
    [InlineData(0, 0, 240, 60, 30, 0)]
    public void What_is_left_of_the_hours_of_earlier_months_has_ended(long issuedBefore, long usedBefore, long issued, long used,
        long held, long ended) =>
        Assert.Equal(new Minutes(ended), EndedHours.Of(
            new Counters(0, usedBefore, 0, issuedBefore), Minutes.Zero, new Counters(held, used, 0, issued)));

    /// <summary>Minutes issued before the month; credited late; issued and used until now in all; the minutes that have ended.</summary>
    [Theory]
    [InlineData(240, 120, 360, 240, 120)]
    [InlineData(240, 120, 600, 240, 120)]
    [InlineData(240, 120, 600, 360, 0)]
    [InlineData(0, 240, 240, 0, 240)]
    [InlineData(0, 240, 480, 240, 0)]
    public void Hours_of_earlier_months_end_also_where_they_came_late(long issuedBefore, long late, long issued, long used, long ended) =>
        Assert.Equal(new Minutes(ended),
            EndedHours.Of(new Counters(0, 0, 0, issuedBefore), new Minutes(late), new Counters(0, used, 0, issued)));
}
