using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Source of the examples: c2sp.org/tlog-tiles.</summary>
public sealed class TileTests
{
    [Theory]
    [InlineData(0, "000")]
    [InlineData(5, "005")]
    [InlineData(999, "999")]
    [InlineData(1_000, "x001/000")]
    [InlineData(1_234_067, "x001/x234/067")]
    public void Path_is_in_groups_of_three(long index, string path)
    {
        Assert.Equal(path, new Tile(0, index, 256).Path);
        Assert.Equal($"{path}.p/17", new Tile(0, index, 17).Path);
        Assert.Equal(new Tile(3, index, 256), Tile.Parse(3, path));
        Assert.Equal(new Tile(3, index, 17), Tile.Parse(3, $"{path}.p/17"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("00")]
    [InlineData("0000")]
    [InlineData("x000/001")]
    [InlineData("x001")]
    [InlineData("x001/x234")]
    [InlineData("001/234")]
    [InlineData("x001/234/067")]
    [InlineData("x001//067")]
    [InlineData("/001")]
    [InlineData("001/")]
    [InlineData("-01")]
    [InlineData("+01")]
    [InlineData("0x1")]
    [InlineData("٠٠١")]
    [InlineData("001.p/0")]
    [InlineData("001.p/256")]
    [InlineData("001.p/017")]
    [InlineData("001.p/")]
    [InlineData("001.p/-1")]
    [InlineData("001.p/1.p/1")]
    [InlineData("001.p/99999999999999999999")]
    [InlineData("x999/x999/x999/x999/x999/x999/999")]
    [InlineData("x999/x999/x999/x999/x999/x999/x999/x999/x999/999")]
    public void Path_that_is_written_otherwise_is_no_tile(string path) => Assert.Null(Tile.Parse(0, path));

    [Theory]
    [InlineData(-1)]
    [InlineData(8)]
    [InlineData(64)]
    public void Level_that_no_tree_has_is_no_tile(int level) => Assert.Null(Tile.Parse(level, "000"));

    [Theory]
    [InlineData(0, 272, 256, true)]
    [InlineData(0, 273, 112, true)]
    [InlineData(0, 273, 113, false)]
    [InlineData(0, 274, 1, false)]
    [InlineData(1, 0, 256, true)]
    [InlineData(1, 1, 17, true)]
    [InlineData(1, 1, 18, false)]
    [InlineData(2, 0, 1, true)]
    [InlineData(2, 0, 2, false)]
    [InlineData(3, 0, 1, false)]
    [InlineData(7, 1L << 52, 256, false)]
    public void Tiles_of_a_tree_of_70000(int level, long index, int width, bool within) =>
        Assert.Equal(within, new Tile(level, index, width).IsWithin(70_000));
}
