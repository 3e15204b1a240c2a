using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class EndedHoursTests
{
    /// <summary>
    /// What had been issued and used before the month; then, as things stand, what has been issued, used and is held in all; and what of it
    /// has ended.
    /// </summary>
    [Theory]
    [InlineData(0, 0, 0, 0, 0, 0)]
    [InlineData(240, 0, 240, 0, 0, 240)]
    [InlineData(240, 100, 240, 100, 0, 140)]
    [InlineData(240, 240, 240, 240, 0, 0)]
    // Spent in this month, from the oldest first.
    [InlineData(240, 0, 480, 100, 0, 140)]
    [InlineData(240, 0, 480, 240, 0, 0)]
    [InlineData(240, 0, 480, 300, 0, 0)]
    // Held counts as spent until it comes back.
    [InlineData(240, 0, 240, 0, 120, 120)]
    [InlineData(240, 0, 480, 0, 240, 0)]
    [InlineData(240, 100, 480, 160, 60, 20)]
    // Nothing of this month's ends.
    [InlineData(0, 0, 240, 0, 0, 0)]
    [InlineData(0, 0, 240, 60, 30, 0)]
    public void What_is_left_of_the_hours_of_earlier_months_has_ended(long issuedBefore, long usedBefore, long issued, long used,
        long held, long ended) =>
        Assert.Equal(new Minutes(ended), EndedHours.Of(
            new Counters(0, usedBefore, 0, issuedBefore), Minutes.Zero, new Counters(held, used, 0, issued)));

    /// <summary>
    /// What had been issued before the month; what came late; then, as things stand, what has been issued and used in all; and what of it
    /// has ended.
    /// </summary>
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
