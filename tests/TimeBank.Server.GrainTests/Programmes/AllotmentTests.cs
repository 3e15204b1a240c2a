using System.Collections.Immutable;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class AllotmentTests
{
    private static readonly ImmutableArray<AllotmentLine> Thirds = [new("fiscal", 1), new("lottery", 1), new("donation", 1)];

    [Fact]
    public async Task Shares_of_several_allotments_together_are_exact()
    {
        await using District district = await DistrictAsync();

        long[][] given = await Task.WhenAll([.. Enumerable.Range(0, 4).Select(_ => AllotAsync(district, Thirds, 1))]);

        Assert.Equal([2, 1, 1], Enumerable.Range(0, 3).Select(fund => given.Sum(lines => lines[fund])));
        Assert.All(given, lines => Assert.Equal(1, lines.Sum()));
        // Other shares are another split, which starts at zero.
        long[] others = await AllotAsync(district, [new("fiscal", 60), new("lottery", 40)], 1);
        Assert.Equal([1, 0], others);
        Assert.Equal(5, await district.BalanceAsync(Chart.ProgrammeAllotted(Slug.Parse("meals")).Path));
    }

    [Fact]
    public async Task A_replay_answers_with_the_lines_of_the_first_time()
    {
        await using District district = await DistrictAsync();
        Command allot = District.Named("allot");

        AllotmentDetails first = AllotmentDetails.Of((await district.Programme("meals").AllotAsync(allot, Thirds, 100, false)).Entry!);
        await AllotAsync(district, Thirds, 7);
        AllotmentDetails again = AllotmentDetails.Of((await district.Programme("meals").AllotAsync(allot, Thirds, 100, false)).Entry!);

        Assert.Equal(first.Lines.AsEnumerable(), again.Lines);
        Assert.Equal(107, await district.BalanceAsync(Chart.ProgrammeAllotted(Slug.Parse("meals")).Path));
    }

    [Theory]
    [InlineData("meals", "fiscal", 1_000_001, Reason.InsufficientBalance)]
    [InlineData("meals", "nobody", 1, Reason.FundNotFound)]
    [InlineData("nothing", "fiscal", 1, Reason.ProgrammeNotFound)]
    public async Task Refused_allotments_move_nothing(string programme, string fund, long fen, Reason reason)
    {
        await using District district = await DistrictAsync();

        Outcome answer = await district.Programme(programme)
            .AllotAsync(district.Command(), [new("lottery", 1), new(fund, fen)], null, false);

        Assert.Equal(reason, answer.Refusal?.Reason);
        Assert.Equal(1_000_000, await district.BalanceAsync(Chart.FundAvailable(Slug.Parse("lottery")).Path));
    }

    private static async Task<District> DistrictAsync()
    {
        District district = await District.StartAsync();
        foreach (string fund in new[] { "fiscal", "lottery", "donation" }) await district.FundedAsync(fund, 1_000_000);
        await district.MealsAsync();
        return district;
    }

    private static async Task<long[]> AllotAsync(District district, ImmutableArray<AllotmentLine> lines, long total)
    {
        Outcome answer = await district.Programme("meals").AllotAsync(district.Command(), lines, total, false);
        return [.. AllotmentDetails.Of(answer.Entry!).Lines.Select(line => line.Amount.Value)];
    }
}
