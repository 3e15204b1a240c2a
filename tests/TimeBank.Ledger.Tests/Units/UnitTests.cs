using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class UnitTests
{
    [Theory]
    [InlineData("MIN", true)]
    [InlineData("CNY", true)]
    [InlineData("AB", true)]
    [InlineData("ABCDEFGH", true)]
    [InlineData("ZZZZZZZZ", true)]
    [InlineData("A", false)]
    [InlineData("ABCDEFGHI", false)]
    [InlineData("min", false)]
    [InlineData("MIN1", false)]
    [InlineData("MI N", false)]
    [InlineData("MIN\0", false)]
    [InlineData("ＭＩＮ", false)]
    [InlineData("ÀÉ", false)]
    [InlineData("分钟", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Unit_is_two_to_eight_capital_letters(string? code, bool taken)
    {
        Assert.Equal(taken, Unit.TryParse(code, out Unit unit));
        Assert.Equal(taken ? code : "", unit.Code);
        if (!taken) Assert.Throws<FormatException>(() => Unit.Parse(code!));
    }

    [Fact]
    public void Units_differ_where_their_codes_do()
    {
        string[] codes = ["MIN", "NIM", "MINA", "AMIN", "CNY", "MEAL", "BATH", "CLEAN", "AA", "AAA"];

        Assert.Distinct(codes.Select(Unit.Parse));
        Assert.Equal(Unit.Minutes, Unit.Parse("MIN"));
        Assert.NotEqual(default, Unit.Parse("AA"));
    }

    [Fact]
    public void Amounts_are_never_negative()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Minutes(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fen(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Minutes(5) - new Minutes(6));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Fen(5) - new Fen(6));
    }

    [Fact]
    public void Sums_of_amounts_are_checked()
    {
        Assert.Throws<OverflowException>(() => new Minutes(long.MaxValue) + new Minutes(1));
        Assert.Throws<OverflowException>(() => new Fen(long.MaxValue) + new Fen(1));
        Assert.Equal(new Fen(long.MaxValue), new Fen(long.MaxValue - 1) + new Fen(1));
    }

    [Fact]
    public void Amounts_are_ordered()
    {
        Assert.True(new Fen(1) < new Fen(2) && new Fen(2) > new Fen(1) && new Fen(2) >= new Fen(2) && new Fen(2) <= new Fen(2));
        Assert.True(new Minutes(1) < new Minutes(2) && new Minutes(2) > new Minutes(1) && new Minutes(2) >= new Minutes(2)
            && new Minutes(2) <= new Minutes(2));
        Assert.Equal((new Fen(1), new Fen(2)), (Fen.Min(new Fen(1), new Fen(2)), Fen.Max(new Fen(1), new Fen(2))));
        Assert.Equal((new Minutes(1), new Minutes(2)),
            (Minutes.Min(new Minutes(1), new Minutes(2)), Minutes.Max(new Minutes(1), new Minutes(2))));
    }
}
