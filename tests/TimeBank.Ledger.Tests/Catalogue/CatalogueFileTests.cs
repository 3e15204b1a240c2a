using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class CatalogueFileTests
{
    private const string File = "catalogue-430000-demo.json";
    private const string CanteenPrices = "\"ceilingPriceFen\": 1200,\n      \"contractPriceFen\": 1000,";
    private const string CareHome = "\"id\": \"care-home\",\n      \"type\": \"care\",";
    private const string Companionship = "\"id\": \"companionship\",\n      \"type\": \"companionship\",";

    /// <summary>A text of the file, its replacement, the error's path, and a part of the error's message.</summary>
    public static TheoryData<string, string, string, string> Wrong => new()
    {
        { "\"note\": {", "\"author\": \"x\", \"note\": {", "$.author", "unknown key" },
        { "\"id\": \"meal-canteen\",", "\"id\": \"meal-canteen\", \"colour\": \"red\",", "$.items[0].colour", "unknown key" },
        { "\"id\": \"meal-canteen\",", "", "$.items[0].id", "missing" },
        { "\"id\": \"meal-canteen\"", "\"id\": \"Meal Canteen\"", "$.items[0].id", "small letters" },
        { "\"id\": \"meal-delivered\"", "\"id\": \"meal-canteen\"", "$.items[1].id", "stands here twice" },
        { "\"id\": \"meal-canteen\",", "\"id\": \"meal-canteen\", \"id\": \"meal-canteen\",", "$.items[0].id", "stands here twice" },
        { CareHome, CareHome.Replace("\"care\"", "\"cure\""), "$.items[5].type", "one of bath" },
        { "Meal at the community canteen\"", "Meal\", \"de\": \"Essen\"", "$.items[0].name.de", "unknown key" },
        { "\"zh\": \"助餐：社区食堂堂食\"", "\"zh\": \"\"", "$.items[0].name.zh", "empty" },
        { CanteenPrices, "\"contractPriceFen\": 1000,", "$.items[0].ceilingPriceFen", "missing" },
        { CanteenPrices, "\"ceilingPriceFen\": 1200,", "$.items[0].contractPriceFen", "missing" },
        { CanteenPrices, "\"ceilingPriceYuan\": 12, \"contractPriceFen\": 1000,", "$.items[0].ceilingPriceYuan",
            "wrong unit: the key is 'ceilingPriceFen'" },
        { CanteenPrices, "\"ceilingPriceFen\": 1200.5, \"contractPriceFen\": 1000,", "$.items[0].ceilingPriceFen", "not a whole number" },
        { CanteenPrices, "\"ceilingPriceFen\": 0, \"contractPriceFen\": 1000,", "$.items[0].ceilingPriceFen", "0 is not between" },
        { CanteenPrices, "\"ceilingPriceFen\": 999, \"contractPriceFen\": 1000,", "$.items[0].contractPriceFen",
            "above the ceiling price" },
        { CareHome, $"{CareHome} \"contractPriceFen\": 5000,", "$.items[5].contractPriceFen", "unknown key" },
        { Companionship, $"{Companionship} \"ceilingPriceFen\": 5000,", "$.items[10].ceilingPriceFen", "unknown key" },
        { "\"version\": \"demo-2026-01\"", "\"version\": \"\"", "$.version", "small letters" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_file_is_refused_with_the_place(string old, string changed, string path, string message)
    {
        DataResult<Catalogue> result = Catalogue.Parse(ShippedFile.With(File, old, changed));

        Assert.Null(result.Value);
        DataError error = Assert.Single(result.Errors, error => error.Path == path);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(message.StartsWith("wrong unit", StringComparison.Ordinal) ? 2 : 1, result.Errors.Length);
    }

    [Fact]
    public void Only_what_is_given_in_minutes_is_paid_by_the_time_bank()
    {
        string text = ShippedFile.Text(File);
        string item = text[text.IndexOf(Companionship, StringComparison.Ordinal)..];
        string wrong = text.Replace(item, item.ReplaceFirst("\"time-bank\"", "\"public-funds\""));

        DataResult<Catalogue> result = Catalogue.Parse(System.Text.Encoding.UTF8.GetBytes(wrong));

        Assert.Equal("$.items[10].payer", Assert.Single(result.Errors).Path);
    }

    [Fact]
    public void An_item_arrives_as_it_was_written()
    {
        CatalogueItem bath = CatalogueDirectory.BuiltIn.At(RegionCode.Parse("430000"), new DateOnly(2026, 10, 1))!.Find(
            Slug.Parse("bath-home"))!;
        Assert.Equal(
            new CatalogueItem(
                Slug.Parse("bath-home"),
                ServiceType.Bath,
                new LocalText("助浴：上门助浴", "Assisted bath at home"),
                Unit.Bath,
                ServicePlace.Home,
                Payer.PublicFunds,
                new Fen(12_000),
                new Fen(10_000),
                new Minutes(60),
                2,
                60,
                AbilityGrade.Moderate,
                bath.Content),
            bath);
        Assert.StartsWith("两名护理员", bath.Content.Chinese, StringComparison.Ordinal);
        Assert.StartsWith("Two carers", bath.Content.English, StringComparison.Ordinal);
    }
}
