using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Which PINs may be chosen, and what is a card's number.</summary>
public sealed class HolderPinTests
{
    private static readonly DateOnly Born = new(1938, 7, 25);

    [Theory]
    [InlineData("111111", true)]
    [InlineData("123456", true)]
    [InlineData("456789", true)]
    [InlineData("890123", true)]
    [InlineData("987654", true)]
    [InlineData("321098", true)]
    [InlineData("380725", true)]
    [InlineData("250738", true)]
    [InlineData("072538", true)]
    [InlineData("193807", true)]
    [InlineData("071938", true)]
    [InlineData("123457", false)]
    [InlineData("112233", false)]
    [InlineData("380726", false)]
    [InlineData("135791", false)]
    public void What_is_tried_first_is_weak(string pin, bool isWeak) => Assert.Equal(isWeak, HolderPin.IsWeak(pin, Born));

    [Theory]
    [InlineData("830412", true)]
    [InlineData("000000", true)]
    [InlineData("83041", false)]
    [InlineData("8304120", false)]
    [InlineData("83041a", false)]
    [InlineData("８３０４１２", false)]
    [InlineData("", false)]
    public void A_PIN_is_six_digits(string text, bool isPin) => Assert.Equal(isPin, HolderPin.IsPin(text));

    [Theory]
    [InlineData("6222021234567890", false)]
    [InlineData("6222021234567894", true)]
    [InlineData("6222021234567849", false)]
    [InlineData("4111111111111111", true)]
    [InlineData("6222000000000000004", true)]
    [InlineData("622200000000002", false)]
    [InlineData("62220000000000000002", false)]
    [InlineData("411111111111111x", false)]
    public void A_card_s_number_has_a_check_digit(string digits, bool isNumber) => Assert.Equal(isNumber, HolderCard.IsNumber(digits));

    [Fact]
    public void People_write_spaces_and_hyphens() => Assert.Equal("4111111111111111", HolderCard.Plain("4111 1111-1111 1111"));
}
