using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class EntryIdTests
{
    private static readonly Guid Request = Guid.Parse("9b2c0a34-5d1e-4f6a-8c7b-000000000001");

    [Theory]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("ffffffffffffffffffffffffffffffff")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public void Id_is_read_as_it_is_written(string text)
    {
        EntryId id = EntryId.Parse(text);

        Assert.Equal(text, id.ToString());
        Assert.Equal(id, EntryId.FromBytes(id.ToArray()));
        Assert.Equal(id, EntryId.Parse(text.ToUpperInvariant()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcde")]
    [InlineData("0123456789abcdef0123456789abcdef0")]
    [InlineData("0123456789abcdef0123456789abcdeg")]
    [InlineData(" 123456789abcdef0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcde ")]
    [InlineData("0123456789abcdef0123456789abcde\0")]
    [InlineData("0x23456789abcdef0123456789abcdef")]
    [InlineData("-123456789abcdef0123456789abcdef")]
    [InlineData("01234567-89ab-cdef-0123-456789abcdef")]
    [InlineData("０123456789abcdef0123456789abcdef")]
    public void What_is_not_an_id_is_refused(string? text)
    {
        Assert.False(EntryId.TryParse(text, out EntryId id));
        Assert.Equal(default, id);
        Assert.Throws<FormatException>(() => EntryId.Parse(text!));
    }

    /// <summary>Retries look up ids for ever, so their derivation must never change.</summary>
    [Fact]
    public void Derivation_never_changes()
    {
        EntryId id = EntryId.Of("8QV2K4M7N0PX", Request, "issue");

        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
            "8QV2K4M7N0PX\n9b2c0a34-5d1e-4f6a-8c7b-000000000001\nissue"u8)[..16]), id.ToString());
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
            System.Text.Encoding.UTF8.GetBytes($"{id}\nvoucher 7"))[..16]), id.Step("voucher 7").ToString());
    }

    [Fact]
    public void A_request_id_of_version_7_puts_its_time_first()
    {
        EntryId id = EntryId.Of("A", Guid.Parse("0191f3c2-7a55-7b3c-8d21-000000000001"));

        Assert.Equal("0191f3c27a55" + Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData("A\n0191f3c2-7a55-7b3c-8d21-000000000001\n"u8)[6..16]), id.ToString());
        Assert.NotEqual(id, EntryId.Of("B", Guid.Parse("0191f3c2-7a55-7b3c-8d21-000000000001")));
        Assert.NotEqual(id, EntryId.Of("A", Guid.Parse("0191f3c2-7a55-7b3c-8d21-000000000002")));
    }

    [Theory]
    [InlineData("0191f3c2-7a55-4b3c-8d21-000000000001")]
    [InlineData("0191f3c2-7a55-7b3c-0d21-000000000001")]
    [InlineData("0191f3c2-7a55-7b3c-cd21-000000000001")]
    public void Any_other_request_id_is_hashed_whole(string request) =>
        Assert.DoesNotContain("0191f3c27a55", EntryId.Of("A", Guid.Parse(request)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Each_part_of_the_derivation_counts()
    {
        EntryId[] ids =
        [
            EntryId.Of("A", Request), EntryId.Of("B", Request), EntryId.Of("A", Request, "x"), EntryId.Of("A", Request, "y"),
            EntryId.Of("A", Guid.Empty), EntryId.Of("A", Request).Step("x"), EntryId.Of("A", Request).Step("y"), EntryId.Of("a", Request),
        ];

        Assert.Distinct(ids);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A\n9b2c0a34-5d1e-4f6a-8c7b-000000000001")]
    [InlineData("\n")]
    public void Actor_that_could_name_anothers_ids_is_refused(string actor) =>
        Assert.ThrowsAny<ArgumentException>(() => EntryId.Of(actor, Request));

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(32)]
    public void Bytes_are_sixteen(int length) => Assert.Throws<ArgumentException>(() => EntryId.FromBytes(new byte[length]));
}
