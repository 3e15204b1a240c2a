using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class AccountPathTests
{
    public static TheoryData<string?, bool> Rows { get; } = new()
    {
        { "fund/lottery/available", true },
        { "person/P7K2/hours/earned", true },
        { "a", true },
        { "-", true },
        { new string('a', 120), true },
        { new string('a', 121), false },
        { "/fund", false },
        { "fund/", false },
        { "fund//available", false },
        { "/", false },
        { "fund/../bank", false },
        { "fund lottery", false },
        { "fund/彩票", false },
        { "fund/%", false },
        { "fund/a_b", false },
        { "fund/a'b", false },
        { "fund\\lottery", false },
        { "fund/a\n", false },
        { "fund/a\0", false },
        { "", false },
        { null, false },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Path_is_segments_of_letters_digits_and_hyphens(string? text, bool taken)
    {
        Assert.Equal(taken, AccountPath.TryParse(text, out AccountPath path));
        Assert.Equal(taken ? text : "", path.ToString());
        if (!taken) Assert.Throws<FormatException>(() => AccountPath.Parse(text!));
    }

    [Fact]
    public void Path_keeps_its_case() => Assert.NotEqual(AccountPath.Parse("a"), AccountPath.Parse("A"));

    [Fact]
    public void Chart_takes_no_default_ids()
    {
        Assert.Throws<FormatException>(() => Chart.PersonHours(default, HoursOrigin.Earned));
        Assert.Throws<FormatException>(() => Chart.VoucherPath(default));
        Assert.Throws<FormatException>(() => Chart.ProviderPayable(default));
        Assert.Throws<FormatException>(() => Chart.FundAvailable(default));
        Assert.Throws<FormatException>(() => Chart.ProgrammeAllotted(default));
        Assert.Throws<FormatException>(() => Chart.Bank(default));
    }
}
