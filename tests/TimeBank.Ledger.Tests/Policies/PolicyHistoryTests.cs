using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class PolicyHistoryTests
{
    private static readonly Policy First = PolicyHistory.BuiltIn.Versions[0];
    private static readonly Policy Second = Version("2026-07", new DateOnly(2026, 7, 1));
    private static readonly PolicyHistory History = new([Second, First]);

    [Theory]
    [InlineData("2025-12-31", null)]
    [InlineData("2026-01-01", "430000/2026-01")]
    [InlineData("2026-06-30", "430000/2026-01")]
    [InlineData("2026-07-01", "430000/2026-07")]
    [InlineData("2040-01-01", "430000/2026-07")]
    public void A_day_is_judged_by_the_policy_in_force_on_it(string day, string? version)
    {
        DateOnly date = DateOnly.Parse(day, null);
        Assert.Equal(version, History.Find(date)?.Version.ToString());
        if (version is null)
            Assert.Throws<ArgumentOutOfRangeException>(() => History.At(date));
        else
            Assert.Equal(version, History.At(date).Version.ToString());
    }

    [Fact]
    public void The_policy_stamped_on_an_entry_is_found_again()
    {
        Assert.Same(Second, History.Find(PolicyVersion.Parse("430000/2026-07")));
        Assert.Null(History.Find(PolicyVersion.Parse("430000/2027-01")));
        Assert.Null(History.Find(PolicyVersion.Parse("430200/2026-07")));
    }

    [Fact]
    public void Versions_that_contradict_each_other_make_no_history()
    {
        Assert.Throws<ArgumentException>(() => new PolicyHistory([]));
        Assert.Throws<ArgumentException>(() => new PolicyHistory([First, Version("other", First.Effective)]));
        Assert.Throws<ArgumentException>(() => new PolicyHistory([First, First with { Effective = new DateOnly(2027, 1, 1) }]));
        Assert.Throws<ArgumentException>(
            () => new PolicyHistory([First, First with { Version = PolicyVersion.Parse("440000/2026-07"), Effective = Second.Effective }]));
    }

    [Theory]
    [InlineData("430000/2026-01", true)]
    [InlineData("430211/a", true)]
    [InlineData("430000", false)]
    [InlineData("430000/", false)]
    [InlineData("430000/A", false)]
    [InlineData("43000/2026-01", false)]
    [InlineData("430000-2026-01", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_version_is_a_region_and_a_name(string? text, bool valid)
    {
        Assert.Equal(valid, PolicyVersion.TryParse(text, out PolicyVersion version));
        if (valid)
            Assert.Equal(text, version.ToString());
        else
            Assert.Throws<FormatException>(() => PolicyVersion.Parse(text!));
    }

    private static Policy Version(string name, DateOnly effective) =>
        First with { Version = new PolicyVersion(First.Version.Region, Slug.Parse(name)), Effective = effective };
}
