using System.Text;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class CatalogueDirectoryTests
{
    private static readonly DateOnly October = new(2026, 10, 1);
    private static readonly CatalogueDirectory BuiltIn = CatalogueDirectory.BuiltIn;

    [Theory]
    [InlineData("430211", "2026-10-01", "430211")]
    [InlineData("430203", "2026-10-01", "430203")]
    [InlineData("430202", "2026-10-01", "430000")]
    [InlineData("430200", "2026-10-01", "430000")]
    [InlineData("430000", "2026-10-01", "430000")]
    [InlineData("430211", "2025-12-31", null)]
    [InlineData("440100", "2026-10-01", null)]
    public void A_region_has_its_own_list_or_the_nearest_wider_ones(string region, string day, string? of) =>
        Assert.Equal(of, BuiltIn.At(RegionCode.Parse(region), DateOnly.Parse(day, null))?.Region.ToString());

    [Fact]
    public void The_newest_version_in_force_counts()
    {
        Catalogue later = Changed("\"version\": \"demo-2026-01\"", "\"version\": \"later\"", "2026-07-01");
        CatalogueDirectory directory = BuiltIn.With(later);

        Assert.Same(later, directory.At(later.Region, October));
        Assert.Equal("demo-2026-01", directory.At(later.Region, new DateOnly(2026, 6, 30))!.Version.Text);
    }

    [Fact]
    public void A_version_is_added_once()
    {
        Assert.Throws<ArgumentException>(
            () => BuiltIn.With(Changed("\"version\": \"demo-2026-01\"", "\"version\": \"other\"", "2026-01-01")));
        Assert.Throws<ArgumentException>(() => BuiltIn.With(Changed("\"note\"", "\"note\"", "2026-07-01")));
    }

    [Fact]
    public void The_shipped_lists_have_every_type_of_service_and_say_that_they_are_made_up()
    {
        foreach (Catalogue catalogue in BuiltIn.All)
        {
            Assert.Contains("虚构", catalogue.Note.Chinese, StringComparison.Ordinal);
            Assert.Contains("made up", catalogue.Note.English, StringComparison.Ordinal);
            Assert.Equal(
                Enum.GetValues<ServiceType>().Except([ServiceType.None]),
                catalogue.Items.Select(item => item.Type).Distinct().Order());
            Assert.Equal(["BATH", "CLEAN", "CNY", "MEAL", "MIN"],
                catalogue.Items.Select(item => item.Unit.Code).Distinct().Order(StringComparer.Ordinal));
        }
        Assert.Equal(3, BuiltIn.All.Count);
    }

    /// <summary>The service list promises meals, the meal programme's policy gives them. The two files must agree.</summary>
    [Fact]
    public void The_meal_programme_gives_at_least_what_the_lists_promise()
    {
        long given = PolicyHistory.BuiltIn.At(October).Vouchers.Meal.UnitsPerMonth;
        Assert.All(BuiltIn.All.SelectMany(catalogue => catalogue.Items).Where(item => item.Unit == Unit.Meal), item =>
            Assert.True(given >= item.UnitsPerMonth));
    }

    private static Catalogue Changed(string old, string changed, string effective) => Catalogue.Parse(Encoding.UTF8.GetBytes(
        ShippedFile.Text("catalogue-430211-demo.json").ReplaceFirst(old, changed).ReplaceFirst("2026-01-01", effective))).Expect("test");
}
