using TimeBank.V1;
using Xunit;

namespace TimeBank.Cli.Tests;

public sealed class NoticeFileTests
{
    [Fact]
    public void Lines_say_status_and_benefit_in_either_language()
    {
        (List<NoticeLine> lines, List<ImportRefusal> refused) = Read(
            "Date,STATUS,id,elder,benefit,residence,remark\n2026-10-01,deceased,1,P7K2,,,x\n"
                + "2026-10-02,去世,2,elders/P7K2\n2026-10-03,benefit-begun,3,regions/430203/elders/P7K2,特困人员救助供养\n"
                + "2026-10-04,Moved,4,P7K2,,430203\n2026-10-05,another benefit ends,5,P7K2,home-care-project\n");

        Assert.Empty(refused);
        Assert.Equal(
            [(2, "1", NoticeKind.Deceased), (3, "2", NoticeKind.Deceased), (4, "3", NoticeKind.BenefitBegun), (5, "4", NoticeKind.Moved),
                (6, "5", NoticeKind.BenefitEnded)],
            lines.Select(line => (line.Number, line.Key, line.Kind)));
        Assert.Equal(
            ["regions/430211/elders/P7K2", "regions/430211/elders/P7K2", "regions/430203/elders/P7K2"],
            lines.Take(3).Select(line => line.Elder));
        Assert.Equal((Benefit.SpecialHardshipSupport, "regions/430203", Benefit.HomeCareProject),
            (lines[2].Benefit, lines[3].Residence, lines[4].Benefit));
        Assert.Equal(new Date { Year = 2026, Month = 10, Day = 1 }, lines[0].Date);
    }

    [Fact]
    public void A_difficulty_has_a_column_of_its_own()
    {
        (List<NoticeLine> lines, List<ImportRefusal> refused) = Read(
            "id,elder,status,date,difficulty\n1,P7K2,difficulty-begun,2026-10-01,low-income\n"
                + "2,P7K2,困难情形结束,2026-10-02,低收入\n3,P7K2,difficulty-ended,2026-10-02,poor\n");

        Assert.Equal([(NoticeKind.DifficultyBegun, Difficulty.LowIncome), (NoticeKind.DifficultyEnded, Difficulty.LowIncome)],
            lines.Select(line => (line.Kind, line.Difficulty)));
        Assert.Equal((4, "difficulty"), (refused.Single().Number, refused.Single().Field));
    }

    [Theory]
    [InlineData("1,P7K2,gone,2026-10-01", "status")]
    [InlineData("1,P7K2,,2026-10-01", "status")]
    [InlineData("1,P7K2,left,1.10.2026", "date")]
    [InlineData("1,P7K2,benefit-begun,2026-10-01,money", "benefit")]
    [InlineData("1,P7K2,left,2026-10-01,,,more", "line")]
    public void A_row_that_cannot_be_read_is_named_by_number_and_field(string row, string field)
    {
        (List<NoticeLine> lines, List<ImportRefusal> refused) = Read($"id,elder,status,date,benefit,residence\n{row}\n");

        Assert.Empty(lines);
        ImportRefusal one = Assert.Single(refused);
        Assert.Equal((2, "1", field, 2), (one.Number, one.Key, one.Field, one.Texts.Count));
    }

    [Fact]
    public void Two_rows_with_one_id_are_both_refused()
    {
        (List<NoticeLine> lines, List<ImportRefusal> refused) =
            Read("id,elder,status,date\n1,A,left,2026-10-01\n2,B,left,2026-10-01\n1,C,left,2026-10-01\n");

        Assert.Equal("2", Assert.Single(lines).Key);
        Assert.Equal([(2, "id"), (4, "id")], refused.Select(line => (line.Number, line.Field)));
    }

    [Fact]
    public void A_file_without_a_column_is_refused_as_a_whole() =>
        Assert.Throws<UsageException>(() => Read("id,elder,status\n1,A,left\n"));

    private static (List<NoticeLine> Lines, List<ImportRefusal> Refused) Read(string text) =>
        NoticeFile.Read(new StringReader(text), "430211");
}
