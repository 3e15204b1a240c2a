using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class HoldbackRuleTests
{
    [Theory]
    [InlineData(1_010, 5, 50)]
    [InlineData(19, 5, 0)]
    [InlineData(-1_000, 5, 0)]
    [InlineData(long.MaxValue, 100, long.MaxValue)]
    public void What_is_held_back_is_rounded_down_and_never_below_zero(long earned, int percent, long heldBack) =>
        Assert.Equal(new Fen(heldBack), HoldbackRule.HeldBack(earned, percent));

    [Theory]
    [InlineData(70, 1_000, 1_400, 50)]
    [InlineData(70, 1, 1_400, 1)]
    [InlineData(70, 1_400, 1_400, 70)]
    [InlineData(70, 0, 1_400, 0)]
    [InlineData(70, -5, 1_400, 0)]
    [InlineData(70, 1_000, 900, 70)]
    [InlineData(70, 1_000, 0, 70)]
    [InlineData(long.MaxValue, long.MaxValue - 1, long.MaxValue, long.MaxValue - 1)]
    public void The_part_of_one_entry_is_rounded_up_and_never_more_than_all(long heldBack, long own, long earned, long part) =>
        Assert.Equal(new Fen(part), HoldbackRule.Share(new Fen(heldBack), own, earned));
}
