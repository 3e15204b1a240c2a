using System.Text.Json.Nodes;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class CatalogueGrainTests : IAsyncLifetime
{
    private static readonly DateOnly NextMonth = new(2026, 11, 1), Later = new(2026, 12, 1);

    private District _rules = null!;

    public async ValueTask InitializeAsync() => _rules = await District.StartAsync();

    public async ValueTask DisposeAsync() => await _rules.DisposeAsync();

    [Theory]
    [InlineData("430211", "430211")]
    [InlineData("430203", "430203")]
    [InlineData("430204", "430000")]
    [InlineData("430000", "430000")]
    public async Task Region_has_its_own_list_or_the_wider_regions(string region, string of)
    {
        Assert.Equal(of, (await _rules.Catalogue(region).AtAsync(District.First)).Region.ToString());
    }

    public static TheoryData<string, Action<JsonObject>> Shortfalls => new()
    {
        { "meal-canteen", list => list["items"]!.AsArray().Remove(list.Item("meal-canteen")) },
        { "care-home.ceilingPriceFen 7999 → 8000", list => list.Item("care-home")["ceilingPriceFen"] = 7_999 },
        { "clean-home.fromAgeYears 61 → 60", list => list.Item("clean-home")["fromAgeYears"] = 61 },
        { "care-home.payer elder → shared", list => list.Item("care-home")["payer"] = "elder" },
    };

    [Theory, MemberData(nameof(Shortfalls))]
    public async Task Propose_of_a_list_below_the_provinces_is_refused_with_the_place(string place, Action<JsonObject> change)
    {
        Reply<RuleVersion> reply = await ProposeAsync("430211", Document.Catalogue("430211", "v", NextMonth, change: change), 1);

        Assert.Equal((Reason.CatalogueBelowParent, $"item={place}"), (reply.Reason, reply.Detail));
        Assert.Equal(["demo-2026-01"], (await _rules.Catalogue("430211").ListAsync()).Select(version => version.Name));
    }

    [Fact]
    public async Task Approve_asks_again_whether_the_list_is_below_the_provinces()
    {
        await ProposeAsync("430211", Document.Catalogue("430211", "v", Later), 1);
        await ProposeAsync("430000",
            Document.Catalogue("430000", "higher", NextMonth, "430000", list => list.Item("meal-canteen")["ceilingPriceFen"] = 9_000), 2);
        Assert.Equal(Reason.None, (await _rules.Catalogue("430000").ApproveAsync(_rules.Command("checker", request: 3), "higher")).Reason);

        Reply<RuleVersion> reply = await _rules.Catalogue("430211").ApproveAsync(_rules.Command("checker", request: 4), "v");

        Assert.Equal(Reason.CatalogueBelowParent, reply.Reason);
    }

    [Fact]
    public async Task Approved_list_is_in_force_from_its_day()
    {
        ICatalogueGrain grain = _rules.Catalogue("430211");
        await ProposeAsync("430211",
            Document.Catalogue("430211", "dearer", NextMonth, change: list => list.Item("meal-canteen")["ceilingPriceFen"] = 1_600), 1);
        Assert.Equal(Reason.None, (await grain.ApproveAsync(_rules.Command("checker", request: 2), "dearer")).Reason);

        Assert.Equal(1_400, await CanteenFenAsync(grain, NextMonth.AddDays(-1)));
        Assert.Equal(1_600, await CanteenFenAsync(grain, NextMonth));
    }

    [Fact]
    public async Task Policy_and_list_of_a_region_are_kept_apart()
    {
        await ProposeAsync("430211", Document.Catalogue("430211", "v", NextMonth), 1);

        Assert.Empty((await _rules.Policy("430211").ListAsync()));
    }

    private Task<Reply<RuleVersion>> ProposeAsync(string region, string document, int request) =>
        _rules.Catalogue(region).ProposeAsync(_rules.Command("maker", request: request), document);

    private static async Task<long> CanteenFenAsync(ICatalogueGrain grain, DateOnly day) =>
        (await grain.AtAsync(day)).Find(Slug.Parse("meal-canteen"))!.CeilingPrice.Value;
}
