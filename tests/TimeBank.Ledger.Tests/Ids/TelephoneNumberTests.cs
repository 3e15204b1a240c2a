using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class TelephoneNumberTests
{
    [Theory]
    [InlineData("13800000000", "13800000000")]
    [InlineData("138 0000-0000", "13800000000")]
    [InlineData("(0731) 0000000", "07310000000")]
    [InlineData("0000000", "0000000")]
    [InlineData("+852 0000 0000", "+85200000000")]
    [InlineData("+123456789012345", "+123456789012345")]
    public void A_number_is_its_digits(string written, string number)
    {
        Assert.True(TelephoneNumber.TryParse(written, out string read));
        Assert.Equal(number, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("123456")]
    [InlineData("1234567890123456")]
    [InlineData("13800000000 ext 3")]
    [InlineData("138+00000000")]
    [InlineData("++8520000000")]
    [InlineData("１３８００００００００")]
    [InlineData("13800000000; 13900000000")]
    [InlineData("                                   13800000000")]
    public void What_is_no_number_is_refused(string written) => Assert.False(TelephoneNumber.TryParse(written, out _));
}
