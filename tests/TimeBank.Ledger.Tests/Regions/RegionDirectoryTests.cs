using System.Text;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class RegionDirectoryTests
{
    private static readonly RegionDirectory Directory = RegionDirectory.BuiltIn;

    [Theory]
    [InlineData("430000", "湖南省", "Hunan")]
    [InlineData("430100", "长沙市", "Changsha")]
    [InlineData("430200", "株洲市", "Zhuzhou")]
    [InlineData("430203", "芦淞区", "Lusong District")]
    [InlineData("430211", "天元区", "Tianyuan District")]
    public void A_known_region_has_its_names(string code, string chinese, string english) =>
        Assert.Equal(new Region(RegionCode.Parse(code), chinese, english), Directory.Find(RegionCode.Parse(code)));

    [Fact]
    public void Zhuzhou_has_its_nine_divisions() => Assert.Equal(
        ["430202", "430203", "430204", "430211", "430212", "430223", "430224", "430225", "430281"],
        Directory.Below(RegionCode.Parse("430200")).Select(region => region.Code.ToString()));

    [Fact]
    public void Changsha_has_its_nine_divisions() => Assert.Equal(9, Directory.Below(RegionCode.Parse("430100")).Count());

    [Fact]
    public void Hunan_has_the_two_cities() =>
        Assert.Equal(["Changsha", "Zhuzhou"], Directory.Below(RegionCode.Parse("430000")).Select(region => region.English));

    [Fact]
    public void A_region_that_nobody_knows_is_not_found() => Assert.Null(Directory.Find(RegionCode.Parse("440100")));

    [Theory]
    [InlineData("430211", "430200")]
    [InlineData("430200", "430000")]
    [InlineData("430000", null)]
    public void The_wider_region_follows_from_the_code(string code, string? wider) =>
        Assert.Equal(wider, RegionCode.Parse(code).Parent()?.ToString());

    [Theory]
    [InlineData("430211", "430211", true)]
    [InlineData("430211", "430200", true)]
    [InlineData("430211", "430000", true)]
    [InlineData("430211", "430100", false)]
    [InlineData("430200", "430211", false)]
    [InlineData("430211", "430203", false)]
    public void A_region_lies_in_its_wider_ones(string region, string wider, bool within) =>
        Assert.Equal(within, RegionCode.Parse(region).IsWithin(RegionCode.Parse(wider)));

    [Theory]
    [InlineData("{ \"code\": \"43\", \"zh\": \"湖\", \"en\": \"H\" }", "$.regions[0].code")]
    [InlineData("{ \"code\": \"430000\", \"zh\": \"\", \"en\": \"H\" }", "$.regions[0].zh")]
    [InlineData("{ \"code\": \"430000\", \"zh\": \"湖\", \"en\": \"H\", \"pinyin\": \"h\" }", "$.regions[0].pinyin")]
    [InlineData("{ \"code\": \"430200\", \"zh\": \"株\", \"en\": \"Z\" }", "$.regions[0].code")]
    [InlineData("{ \"code\": \"430000\", \"zh\": \"湖\", \"en\": \"H\" }, { \"code\": \"430000\", \"zh\": \"湖\", \"en\": \"H\" }",
        "$.regions[1].code")]
    public void A_wrong_file_is_refused_with_the_place(string regions, string path)
    {
        DataResult<RegionDirectory> result =
            RegionDirectory.Parse(Encoding.UTF8.GetBytes($"{{ \"source\": \"test\", \"regions\": [{regions}] }}"));
        Assert.Null(result.Value);
        Assert.Equal(path, Assert.Single(result.Errors).Path);
    }
}
