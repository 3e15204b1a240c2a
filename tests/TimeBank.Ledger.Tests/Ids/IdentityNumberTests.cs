using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// Numbers of identity, all made up: under regions, nationalities and orders that nobody has. Two are the published specimens of the
/// foreigner's card in its two forms.
/// </summary>
public sealed class IdentityNumberTests
{
    [Theory]
    [InlineData("439999194001319986", IdentityNumberKind.Resident, "439999194001319986", "1940-01-31", false)]
    [InlineData("439999194001319994", IdentityNumberKind.Resident, "439999194001319994", "1940-01-31", true)]
    [InlineData("43999919400131996X", IdentityNumberKind.Resident, "43999919400131996X", "1940-01-31", false)]
    [InlineData(" 439999 19400131 996x ", IdentityNumberKind.Resident, "43999919400131996X", "1940-01-31", false)]
    [InlineData("659999193602299964", IdentityNumberKind.Resident, "659999193602299964", "1936-02-29", false)]
    // The first generation, of the same person as the first one.
    [InlineData("439999400131998", IdentityNumberKind.Resident, "439999194001319986", "1940-01-31", false)]
    [InlineData("810000194505059980", IdentityNumberKind.HongKongResident, "810000194505059980", "1945-05-05", false)]
    [InlineData("820000194505059990", IdentityNumberKind.MacaoResident, "820000194505059990", "1945-05-05", true)]
    [InlineData("830000194505059976", IdentityNumberKind.TaiwanResident, "830000194505059976", "1945-05-05", true)]
    [InlineData("921999195012319985", IdentityNumberKind.PermanentForeigner, "921999195012319985", "1950-12-31", false)]
    [InlineData("911124198108030024", IdentityNumberKind.PermanentForeigner, "911124198108030024", "1981-08-03", false)]
    public void A_number_is_read_by_its_form(string written, IdentityNumberKind kind, string text, string born, bool isMale)
    {
        Assert.Null(IdentityNumber.Check(written, out IdentityNumber number));

        Assert.Equal(
            (kind, text, (DateOnly?)DateOnly.Parse(born, null), (bool?)isMale),
            (number.Kind, number.Text, number.BirthDate, number.IsMale));
        Assert.True(number.FitsBirth(DateOnly.Parse(born, null)));
        Assert.False(number.FitsBirth(DateOnly.Parse(born, null).AddDays(1)));
        Assert.Equal($"****{text[^4..]}", number.Masked);
        Assert.Equal(number.Masked, number.ToString());
    }

    [Theory]
    [InlineData("CAN110081080310", "1981-08-03")]
    // Without the century: 29 February of 2000, and of 1944.
    [InlineData("ZZZ119900022995", "2000-02-29")]
    [InlineData("zzz219944022985", "1944-02-29")]
    public void A_foreigners_older_card_says_no_century_and_no_sex(string written, string born)
    {
        Assert.Null(IdentityNumber.Check(written, out IdentityNumber number));

        Assert.Equal(
            (IdentityNumberKind.PermanentForeignerBefore2023, written.ToUpperInvariant(), null, null),
            (number.Kind, number.Text, number.BirthDate, number.IsMale));
        Assert.True(number.FitsBirth(DateOnly.Parse(born, null)));
        Assert.False(number.FitsBirth(DateOnly.Parse(born, null).AddDays(1)));
    }

    [Theory]
    [InlineData("", IdentityNumberFault.NotOfAnyForm)]
    [InlineData("43999919400131998", IdentityNumberFault.NotOfAnyForm)]
    [InlineData("4399991940013199866", IdentityNumberFault.NotOfAnyForm)]
    [InlineData("4399991940013199X6", IdentityNumberFault.NotOfAnyForm)]
    [InlineData("43999919400131998Y", IdentityNumberFault.NotOfAnyForm)]
    // Digits of another script.
    [InlineData("４３９９９９１９４００１３１９９８６", IdentityNumberFault.NotOfAnyForm)]
    [InlineData("H12345678", IdentityNumberFault.NotOfAnyForm)]
    [InlineData("ZZ9119900022995", IdentityNumberFault.NotOfAnyForm)]
    [InlineData("199999194001319986", IdentityNumberFault.ProvinceUnknown)]
    [InlineData("199999400131998", IdentityNumberFault.ProvinceUnknown)]
    // A region of its own has no counties.
    [InlineData("810001194505059980", IdentityNumberFault.ProvinceUnknown)]
    [InlineData("998999195012319985", IdentityNumberFault.ProvinceUnknown)]
    [InlineData("ZZZ999900022995", IdentityNumberFault.ProvinceUnknown)]
    [InlineData("439999194102299986", IdentityNumberFault.BirthDateImpossible)]
    [InlineData("439999194013319986", IdentityNumberFault.BirthDateImpossible)]
    [InlineData("439999410229998", IdentityNumberFault.BirthDateImpossible)]
    [InlineData("ZZZ119901022995", IdentityNumberFault.BirthDateImpossible)]
    [InlineData("439999194001319987", IdentityNumberFault.CheckCharacterWrong)]
    // Two neighbours are swapped.
    [InlineData("439999194001139986", IdentityNumberFault.CheckCharacterWrong)]
    [InlineData("921999195012319986", IdentityNumberFault.CheckCharacterWrong)]
    [InlineData("ZZZ119900022996", IdentityNumberFault.CheckCharacterWrong)]
    public void What_is_wrong_has_a_name(string written, IdentityNumberFault fault)
    {
        Assert.Equal(fault, IdentityNumber.Check(written, out IdentityNumber number));
        Assert.Equal(default, number);
    }

    [Fact]
    public void Every_slip_of_one_digit_is_seen()
    {
        const string right = "439999194001319986";
        for (int at = 0; at < right.Length; at++)
        {
            foreach (char digit in "0123456789".Where(digit => digit != right[at]))
            {
                Assert.NotNull(IdentityNumber.Check($"{right[..at]}{digit}{right[(at + 1)..]}", out _));
            }
        }
    }
}
