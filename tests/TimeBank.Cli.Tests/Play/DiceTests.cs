using TimeBank.Demo;
using Xunit;

namespace TimeBank.Cli.Tests.Play;

public sealed class DiceTests
{
    [Fact]
    public void Request_ids_are_for_ever()
    {
        // Pinned: a month that was begun by an older build is finished by a newer one.
        Assert.Equal(Guid.Parse("36dd303d-caf7-8984-94e4-c6a779c813a7"), new Dice(430211).RequestId("elder/1"));
        Assert.Equal(8, new Dice(1).RequestId("elder/1").Version);
    }

    [Fact]
    public void Seed_and_step_both_count()
    {
        Guid[] ids = [new Dice(1).RequestId("a"), new Dice(1).RequestId("b"), new Dice(2).RequestId("a"), new Dice(12).RequestId("a")];
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Draws_are_by_name_and_not_by_order()
    {
        var dice = new Dice(7);
        int first = dice.For("a").Int(0, 1_000_000);
        dice.For("b").Int(0, 1_000_000);
        Assert.Equal(first, dice.For("a").Int(0, 1_000_000));
    }

    [Fact]
    public void Numbers_stay_in_their_bounds_and_reach_them()
    {
        Draw draw = new Dice(3).For("bounds");
        HashSet<int> seen = [.. Enumerable.Range(0, 1_000).Select(_ => draw.Int(-2, 3))];
        Assert.Equal([-2, -1, 0, 1, 2, 3], seen.Order());
        Assert.Equal(int.MaxValue, draw.Int(int.MaxValue, int.MaxValue));
    }

    [Fact]
    public void Sample_draws_nothing_twice()
    {
        List<int> drawn = new Dice(3).For("sample").Sample(Enumerable.Range(0, 50), 20);
        Assert.Equal(20, drawn.Distinct().Count());
        Assert.Equal(3, new Dice(3).For("few").Sample([1, 2, 3], 20).Count);
    }
}
