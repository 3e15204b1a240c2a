using System.Text;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace TimeBank.Platform.Tests.Orleans.Ids;

public sealed class IdTests
{
    /// <summary>xxHash32 with seed 0, its canonical (big-endian) bytes read as a little-endian number: the hash in stored keys.</summary>
    [Theory]
    [InlineData("", 0x055DCC02u)]
    [InlineData("a", 0x56740D55u)]
    [InlineData("abc", 0xFF53D132u)]
    [InlineData("Nobody inspects the spammish repetition", 0x2F3B29E2u)]
    public void The_stable_hash_is_xxHash32_with_its_bytes_turned(string text, uint hash) =>
        Assert.Equal(hash, StableHash.ComputeHash(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Keys_are_written_as_text()
    {
        Assert.Equal("430211/P7K2", GrainId.Create("volunteer", "430211/P7K2").Key.ToString());
        Assert.Equal("volunteer/430211/P7K2", GrainId.Create("volunteer", "430211/P7K2").ToString());
        Assert.Equal("FF", GrainIdKeyExtensions.CreateIntegerKey(255).ToString());
        Assert.Equal(
            "0123456789abcdef0123456789abcdef",
            GrainIdKeyExtensions.CreateGuidKey(Guid.Parse("01234567-89ab-cdef-0123-456789abcdef")).ToString());
    }

    [Fact]
    public void A_string_of_hexadecimal_digits_reads_as_an_integer_key()
    {
        Assert.True(GrainId.Create("ledger", "430211").TryGetIntegerKey(out long key, out string? extension));
        Assert.Equal((0x430211, null), (key, extension));
        Assert.False(GrainId.Create("volunteer", "430211/P7K2").TryGetIntegerKey(out _, out _));
    }
}
