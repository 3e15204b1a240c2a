using System.Text;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class CatalogueFloorTests
{
    private const string Province = "430000";
    private const string District = "430202";

    /// <summary>A change of the province's bath item, and the shortfall: none if elders are served as well or better.</summary>
    public static TheoryData<string, string, CatalogueShortfall> Changes => new()
    {
        { "\"type\": \"bath\"", "\"type\": \"clean\"", CatalogueShortfall.OtherType },
        { "\"unit\": \"BATH\"", "\"unit\": \"CLEAN\"", CatalogueShortfall.OtherUnit },
        { "\"setting\": \"home\"", "\"setting\": \"institution\"", CatalogueShortfall.OtherSetting },
        { "\"payer\": \"public-funds\"", "\"payer\": \"shared\"", CatalogueShortfall.PayerShifted },
        { "\"payer\": \"public-funds\"", "\"payer\": \"elder\"", CatalogueShortfall.PayerShifted },
        { "\"ceilingPriceFen\": 12000", "\"ceilingPriceFen\": 11999", CatalogueShortfall.LowerCeilingPrice },
        { "\"ceilingPriceFen\": 12000", "\"ceilingPriceFen\": 12001", CatalogueShortfall.None },
        { "\"contractPriceFen\": 10000", "\"contractPriceFen\": 9000", CatalogueShortfall.None },
        { "\"standardMinutes\": 60", "\"standardMinutes\": 59", CatalogueShortfall.ShorterStandard },
        { "\"standardMinutes\": 60", "\"standardMinutes\": 61", CatalogueShortfall.None },
        { "\"promisedUnitsPerMonth\": 2", "\"promisedUnitsPerMonth\": 1", CatalogueShortfall.FewerUnits },
        { "\"promisedUnitsPerMonth\": 2", "\"promisedUnitsPerMonth\": 3", CatalogueShortfall.None },
        { "\"fromAgeYears\": 60", "\"fromAgeYears\": 61", CatalogueShortfall.HigherAge },
        { "\"fromAgeYears\": 60", "\"fromAgeYears\": 59", CatalogueShortfall.None },
        { "\"fromGrade\": \"moderate\"", "\"fromGrade\": \"severe\"", CatalogueShortfall.HeavierGrade },
        { "\"fromGrade\": \"moderate\"", "\"fromGrade\": \"mild\"", CatalogueShortfall.None },
        { "\"id\": \"bath-home\"", "\"id\": \"bath-elsewhere\"", CatalogueShortfall.Lacking },
        { "\"en\": \"Assisted bath at home\"", "\"en\": \"Bath\"", CatalogueShortfall.None },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_local_item_that_gives_less_is_a_finding(string old, string changed, CatalogueShortfall shortfall)
    {
        Catalogue province = Parse(Province, BathItem);
        Catalogue local = Parse(District, BathItem.ReplaceFirst(old, changed));

        CatalogueShortfall[] expected = shortfall == CatalogueShortfall.None ? [] : [shortfall];
        Assert.Equal(expected, local.CompareWith(province).Select(finding => finding.Shortfall));
        Assert.All(local.CompareWith(province), finding => Assert.Equal("bath-home", finding.Item.Text));
        Assert.Equal(expected.Length > 0, IsRefused(province, local));
    }

    [Fact]
    public void A_finding_tells_what_is_required_and_what_was_found()
    {
        CatalogueFinding finding = Assert.Single(
            Parse(District, BathItem.ReplaceFirst("12000", "11000")).CompareWith(Parse(Province, BathItem)));
        Assert.Equal(("12000", "11000"), (finding.Required, finding.Found));
    }

    [Fact]
    public void Every_shortfall_of_an_item_is_told()
    {
        Catalogue local = Parse(District, BathItem.ReplaceFirst("12000", "11000").ReplaceFirst("public-funds", "shared"));
        Assert.Equal(
            [CatalogueShortfall.PayerShifted, CatalogueShortfall.LowerCeilingPrice],
            local.CompareWith(Parse(Province, BathItem)).Select(finding => finding.Shortfall));
    }

    [Fact]
    public void Items_of_its_own_are_no_finding()
    {
        Catalogue local = Parse(District, $"{BathItem}, {BathItem.ReplaceFirst("bath-home", "bath-more")}");
        Assert.Empty(local.CompareWith(Parse(Province, BathItem)));
    }

    /// <summary>One item in the shape of the shipped files.</summary>
    private const string BathItem = """
        {
          "id": "bath-home", "type": "bath", "name": { "zh": "助浴", "en": "Assisted bath at home" }, "unit": "BATH", "setting": "home",
          "payer": "public-funds", "ceilingPriceFen": 12000, "contractPriceFen": 10000, "standardMinutes": 60, "promisedUnitsPerMonth": 2,
          "fromAgeYears": 60, "fromGrade": "moderate", "content": { "zh": "洗浴", "en": "Bathing" }
        }
        """;

    private static bool IsRefused(Catalogue province, Catalogue local)
    {
        CatalogueDirectory directory = CatalogueDirectory.Empty.With(province);
        if (directory.FindingsOf(local).IsEmpty)
        {
            Assert.Contains(local, directory.With(local).All);
            return false;
        }
        Assert.Throws<ArgumentException>(() => directory.With(local));
        return true;
    }

    private static Catalogue Parse(string region, string items) => Catalogue.Parse(Encoding.UTF8.GetBytes($$"""
        { "region": "{{region}}", "version": "v1", "effective": "2026-01-01", "note": { "zh": "测试", "en": "test" }, "items": [ {{items}} ] }
        """)).Expect("test");
}
