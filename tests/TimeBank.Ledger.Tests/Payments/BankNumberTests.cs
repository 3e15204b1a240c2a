using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class BankNumberTests
{
    [Theory]
    [InlineData("123456", "123456", "****3456")]
    [InlineData("6222 0000-0000 1234-567", "6222000000001234567", "****4567")]
    [InlineData(" 00000 0 ", "000000", "****0000")]
    [InlineData("1234567890123456789012345678901234", "1234567890123456789012345678901234", "****1234")]
    public void An_account_number_is_its_digits(string text, string digits, string masked)
    {
        Assert.True(BankAccountNumber.TryParse(text, out BankAccountNumber number));
        Assert.Equal((digits, masked, masked), (number.Text, number.Masked, number.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("- - - -")]
    [InlineData("12345678901234567890123456789012345")]
    [InlineData("62220000A0001234")]
    [InlineData("６２２２００００")]
    [InlineData("6222\u00a00000")]
    [InlineData("6222\u20130000")]
    [InlineData("6222.0000")]
    [InlineData("****4567")]
    public void What_is_no_account_number_is_refused(string? text) => Assert.False(BankAccountNumber.TryParse(text, out _));

    /// <summary>Codes that the banks publish for their head offices.</summary>
    [Theory]
    [InlineData("102100099996")]
    [InlineData("103100000026")]
    [InlineData("104100000004")]
    [InlineData("105100000017")]
    [InlineData("301290000007")]
    [InlineData("308584000013")]
    [InlineData("313551088886")]
    [InlineData("403100000004")]
    public void A_banks_code_ends_with_its_check_digit(string code)
    {
        Assert.Null(BankCode.Check(code));
        Assert.True(BankCode.TryParse(code, out BankCode read) && read.Text == code);
        Assert.Equal(code[^1], BankCode.CheckDigit(code.AsSpan(0, 11)));
    }

    /// <summary>The check digit finds each wrong digit, and nearly all pairs that are turned round.</summary>
    [Fact]
    public void Each_wrong_digit_is_found()
    {
        const string code = "313551088886";
        for (int at = 0; at < code.Length; at++)
        {
            for (char digit = '0'; digit <= '9'; digit++)
            {
                string other = $"{code[..at]}{digit}{code[(at + 1)..]}";
                Assert.Equal(digit == code[at] ? null : BankCodeFault.CheckDigitWrong, BankCode.Check(other));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("10210009999")]
    [InlineData("1021000999961")]
    [InlineData("10210009999X")]
    [InlineData(" 102100099996")]
    [InlineData("１02100099996")]
    public void What_has_not_twelve_digits_is_no_code(string text) => Assert.Equal(BankCodeFault.NotTwelveDigits, BankCode.Check(text));
}
