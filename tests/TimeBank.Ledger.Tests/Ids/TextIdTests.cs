using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Ids and names from outside: the accepted texts, and that all others are refused.</summary>
public sealed class TextIdTests
{
    [Theory]
    [InlineData("0123456789AB", true)]
    [InlineData("CDEFGHJKMNPQ", true)]
    [InlineData("RSTVWXYZ0000", true)]
    [InlineData("0123456789Ab", false)]
    [InlineData("0123456789AI", false)]
    [InlineData("0123456789AL", false)]
    [InlineData("0123456789AO", false)]
    [InlineData("0123456789AU", false)]
    [InlineData("0123456789A", false)]
    [InlineData("0123456789ABC", false)]
    [InlineData("0123456789A ", false)]
    [InlineData("0123456789A\0", false)]
    [InlineData("01234/6789AB", false)]
    [InlineData("０123456789AB", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Opaque_id_is_twelve_letters_of_crockfords_alphabet(string? text, bool taken)
    {
        Assert.Equal(taken, OpaqueId.TryParse(text, out OpaqueId id));
        Assert.Equal(taken ? text : "", id.ToString());
        if (!taken) Assert.Throws<FormatException>(() => OpaqueId.Parse(text!));
    }

    [Fact]
    public void Opaque_id_of_an_entry_is_an_opaque_id_and_always_the_same()
    {
        OpaqueId[] ids = [.. Enumerable.Range(0, 1_000).Select(at => OpaqueId.From(EntryId.Of("a", Guid.Empty, $"{at}")))];

        Assert.All(ids, id => Assert.Equal(id, OpaqueId.Parse(id.Text)));
        Assert.Distinct(ids);
        Assert.Equal("000000000000", OpaqueId.From(default).Text);
        Assert.Equal("ZZZZZZZZZZZZ", OpaqueId.From(EntryId.Parse(new string('f', 32))).Text);
        Assert.Equal("1000000000Z0", OpaqueId.From(new EntryId((31UL << 50) | 1)).Text);
    }

    [Theory]
    [InlineData("lottery", true)]
    [InlineData("a", true)]
    [InlineData("-", true)]
    [InlineData("meal-2026", true)]
    [InlineData("0123456789012345678901234567890123456789", true)]
    [InlineData("01234567890123456789012345678901234567890", false)]
    [InlineData("Lottery", false)]
    [InlineData("lot tery", false)]
    [InlineData("lot_tery", false)]
    [InlineData("lot/tery", false)]
    [InlineData("..", false)]
    [InlineData("福彩", false)]
    [InlineData("lottery\n", false)]
    [InlineData("lottery\0", false)]
    [InlineData("a\u0301", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Slug_is_small_letters_digits_and_hyphens(string? text, bool taken)
    {
        Assert.Equal(taken, Slug.TryParse(text, out Slug slug));
        Assert.Equal(taken ? text : "", slug.ToString());
        if (!taken) Assert.Throws<FormatException>(() => Slug.Parse(text!));
    }

    [Theory]
    [InlineData("430211", true)]
    [InlineData("110000", true)]
    [InlineData("829999", true)]
    [InlineData("109999", false)]
    [InlineData("830000", false)]
    [InlineData("000000", false)]
    [InlineData("43021", false)]
    [InlineData("4302110", false)]
    [InlineData(" 43021", false)]
    [InlineData("+43021", false)]
    [InlineData("-43021", false)]
    [InlineData("4302.1", false)]
    [InlineData("43021\0", false)]
    [InlineData("四三〇二一一", false)]
    [InlineData("４３０２１１", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Region_is_six_digits(string? text, bool taken)
    {
        Assert.Equal(taken, RegionCode.TryParse(text, out RegionCode code));
        if (taken) Assert.Equal(text, code.ToString());
        else Assert.Throws<FormatException>(() => RegionCode.Parse(text!));
    }

    [Fact]
    public void Region_lies_in_its_city_and_province()
    {
        RegionCode region = RegionCode.Parse("430211");

        Assert.Equal(("430200", "430000"), (region.City.ToString(), region.Province.ToString()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Digest_is_32_bytes(int length)
    {
        Assert.Throws<ArgumentException>(() => new Digest(new byte[length]));
        Assert.Throws<FormatException>(() => Digest.Parse(new string('a', length * 2)));
    }

    [Theory]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85g")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85\0")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85 ")]
    public void Digest_is_hexadecimal(string text) => Assert.Throws<FormatException>(() => Digest.Parse(text));

    [Fact]
    public void Digest_is_read_as_it_is_written()
    {
        Digest digest = Digest.Of("abc"u8);

        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", digest.ToString());
        Assert.Equal(digest, Digest.Parse(digest.ToString()));
        Assert.Equal(digest, new Digest(digest.ToArray()));
    }
}
