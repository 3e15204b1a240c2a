using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Codes by GB 32100-2015, made up: of regions that nothing has.</summary>
public sealed class UnifiedCreditCodeTests
{
    [Theory]
    [InlineData("52439999MA0000001D", "52439999MA0000001D")]
    [InlineData("91659999000000000U", "91659999000000000U")]
    [InlineData("524399990000000080", "524399990000000080")]
    [InlineData(" 52439999 ma0000001d", "52439999MA0000001D")]
    public void A_code_is_read(string written, string code)
    {
        Assert.Null(UnifiedCreditCode.Check(written, out string read));
        Assert.Equal(code, read);
    }

    [Theory]
    [InlineData("", CreditCodeFault.NotOfItsForm)]
    [InlineData("52439999MA0000001", CreditCodeFault.NotOfItsForm)]
    [InlineData("52439999MA00000011A", CreditCodeFault.NotOfItsForm)]
    // Letters that would be read as others.
    [InlineData("52439999MAO000001A", CreditCodeFault.NotOfItsForm)]
    [InlineData("52439999MA00I0001A", CreditCodeFault.NotOfItsForm)]
    [InlineData("52439999MA00S0001A", CreditCodeFault.NotOfItsForm)]
    // No region.
    [InlineData("5243999XMA0000001A", CreditCodeFault.NotOfItsForm)]
    [InlineData("５２439999MA000000", CreditCodeFault.NotOfItsForm)]
    [InlineData("52439999MA00000010", CreditCodeFault.CheckCharacterWrong)]
    [InlineData("52439999AM0000001D", CreditCodeFault.CheckCharacterWrong)]
    [InlineData("52449999MA0000001D", CreditCodeFault.CheckCharacterWrong)]
    public void What_is_wrong_has_a_name(string written, CreditCodeFault fault)
    {
        Assert.Equal(fault, UnifiedCreditCode.Check(written, out string code));
        Assert.Equal("", code);
    }
}
