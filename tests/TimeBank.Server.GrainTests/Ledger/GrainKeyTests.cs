using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>Keys are stored: the texts here are those of grains that exist.</summary>
public sealed class GrainKeyTests
{
    [Theory]
    [InlineData("430211/0ABCDEFGHJKM", "0ABCDEFGHJKM")]
    [InlineData("430211/lottery", "lottery")]
    [InlineData("430211/a/b", "a/b")]
    [InlineData("430211", "")]
    public void Key_is_read_and_written_alike(string text, string localId)
    {
        var key = GrainKey.Parse(text);

        Assert.Equal(new GrainKey(RegionCode.Parse("430211"), localId), key);
        Assert.Equal(text, key.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("lottery")]
    [InlineData("/lottery")]
    [InlineData("43021/lottery")]
    public void Key_without_a_region_is_a_bug(string text) => Assert.Throws<FormatException>(() => GrainKey.Parse(text));
}
