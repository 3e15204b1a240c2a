using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class GiftRuleTests
{
    private static readonly DateOnly Day = new(2026, 10, 1);
    private static readonly HoursPolicy Policy = PolicyHistory.BuiltIn.At(Day).Hours;

    /// <summary>The giver's issued, gifted and earned minutes, the minutes to give, and the rule's reason.</summary>
    [Theory]
    [InlineData(0, 0, 60, 60, Reason.None)]
    [InlineData(0, 0, 60, 61, Reason.InsufficientBalance)]
    [InlineData(0, 0, 0, 1, Reason.InsufficientBalance)]
    [InlineData(0, 30, 60, 61, Reason.GiftedHoursNotGivable)]
    [InlineData(0, 30, 60, 90, Reason.GiftedHoursNotGivable)]
    [InlineData(0, 30, 60, 91, Reason.InsufficientBalance)]
    [InlineData(500, 0, 60, 61, Reason.InsufficientBalance)]
    [InlineData(500, 30, 0, 1, Reason.GiftedHoursNotGivable)]
    public void Only_earned_hours_are_given(long issued, long gifted, long earned, long amount, Reason expected) =>
        Assert.Equal(expected, GiftRule.Givable(Having(issued, gifted, earned), new Minutes(amount))?.Reason ?? Reason.None);

    /// <summary>
    /// Whether the receiver is family; the receiver's age in full years; the days missing to the next birthday; the minutes given; the
    /// rule's reason.
    /// </summary>
    [Theory]
    [InlineData(true, 60, 0, 60, Reason.None)]
    [InlineData(true, 85, 0, 60, Reason.None)]
    [InlineData(true, 60, 1, 60, Reason.GiftReceiverTooYoung)]
    [InlineData(true, 59, 0, 60, Reason.GiftReceiverTooYoung)]
    [InlineData(true, 60, 0, 61, Reason.InsufficientBalance)]
    [InlineData(true, 59, 0, 61, Reason.GiftReceiverTooYoung)]
    [InlineData(false, 85, 0, 60, Reason.GiftReceiverNotFamily)]
    [InlineData(false, 59, 0, 61, Reason.GiftReceiverNotFamily)]
    public void Gifts_go_to_family_of_an_age(bool isFamily, int years, int daysLater, long amount, Reason expected) =>
        Assert.Equal(expected, GiftRule.Judge(Having(0, 0, 60), new Minutes(amount), isFamily, Day.AddYears(-years).AddDays(daysLater),
            Day, Policy)?.Reason ?? Reason.None);

    [Fact]
    public void Held_hours_are_not_given()
    {
        var giver = new HoursBalance(new HoursSpent(Minutes.Zero, Minutes.Zero, new Minutes(60)),
            new HoursSpent(Minutes.Zero, Minutes.Zero, new Minutes(15)), new Minutes(60));

        Assert.Null(GiftRule.Givable(giver, new Minutes(15)));
        Assert.Equal(Refusal.Of(Reason.InsufficientBalance, ("available", "15"), ("needed", "16"), ("unit", "MIN")),
            GiftRule.Givable(giver, new Minutes(16)));
    }

    private static HoursBalance Having(long issued, long gifted, long earned)
    {
        var all = new HoursSpent(new Minutes(issued), new Minutes(gifted), new Minutes(earned));
        return new HoursBalance(all, all, new Minutes(earned));
    }
}
