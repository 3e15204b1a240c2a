using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class ProviderGrainTests
{
    [Fact]
    public async Task Standings_are_kept_in_the_order_of_their_decisions_and_each_once()
    {
        await using District district = await District.StartAsync();
        IProviderGrain provider = district.Grains.GetGrain<IProviderGrain>(
            $"{District.Tianyuan}/{await district.ProviderAsync(ServiceType.Meal)}");
        Command suspend = District.Named("suspend");
        var suspension = new StandingRecord(Standing.Suspended, District.First, null, "查");

        await provider.SetStandingAsync(suspend, suspension);
        await provider.SetStandingAsync(
            district.Command(), new StandingRecord(Standing.Good, District.First.AddDays(5), null, "好"));
        await provider.SetStandingAsync(suspend, suspension);

        ProviderFacts facts = (await provider.GetAsync())!.ToFacts();
        Assert.Equal([Standing.Suspended, Standing.Good], facts.Standings.Select(span => span.Standing));
        Assert.Equal((Standing.Suspended, Standing.Good), (facts.StandingOn(District.First), facts.StandingOn(District.First.AddDays(5))));
    }

    [Fact]
    public async Task Nobody_sets_the_standing_of_a_provider_who_is_not_registered()
    {
        await using District district = await District.StartAsync();
        IProviderGrain provider = district.Grains.GetGrain<IProviderGrain>($"{District.Tianyuan}/0123456789AB");

        Reply<ProviderRecord> reply =
            await provider.SetStandingAsync(
            district.Command(), new StandingRecord(Standing.Good, District.First, null, "好"));

        Assert.Equal(Reason.ProviderNotFound, reply.Reason);
        Assert.Null(await provider.GetAsync());
    }

    /// <summary>Each row is a decision and a day; the appeal is once, whatever its answer.</summary>
    [Theory]
    [InlineData(Standing.Suspended, null, Reason.None)]
    [InlineData(Standing.BlackListed, 0, Reason.None)]
    [InlineData(Standing.BlackListed, -1, Reason.StandingNotAppealable)]
    [InlineData(Standing.Good, null, Reason.StandingNotAppealable)]
    [InlineData(Standing.WhiteListed, null, Reason.StandingNotAppealable)]
    public async Task An_appeal_is_against_what_keeps_a_provider_from_being_paid(Standing standing, int? lastFromToday, Reason reason)
    {
        await using District district = await District.StartAsync();
        IProviderGrain provider = await DecidedAsync(district, standing, lastFromToday);
        district.MoveTo(District.First.AddDays(2));
        Command appeal = district.Command("clerk");
        string before = await district.EverythingAsync();
        Assert.Equal(reason, (await provider.AppealAsync(appeal with { IsDryRun = true }, 1)).Reason);
        Assert.Equal(before, await district.EverythingAsync());

        Assert.Equal(reason, (await provider.AppealAsync(appeal, 1)).Reason);
        Assert.Equal(reason, (await provider.AppealAsync(appeal, 1)).Reason);
        Assert.Equal(Reason.StandingNotAppealable, (await provider.AppealAsync(district.Command("clerk"), 2)).Reason);
        Assert.Equal(Reason.StandingNotAppealable, (await provider.AppealAsync(district.Command("clerk"), 0)).Reason);
        if (reason != Reason.None) return;
        Assert.Equal(Reason.StandingAppealed, (await provider.AppealAsync(district.Command("clerk"), 1)).Reason);
        District.Value(await provider.AnswerAppealAsync(district.Command("other"), 1, isUpheld: false));
        Assert.Equal(Reason.StandingAppealed, (await provider.AppealAsync(district.Command("clerk"), 1)).Reason);
    }

    [Theory]
    [InlineData(true, Standing.Good)]
    [InlineData(false, Standing.BlackListed)]
    public async Task An_answer_is_by_another_person_and_ends_the_decision_or_leaves_it(bool isUpheld, Standing after)
    {
        await using District district = await District.StartAsync();
        IProviderGrain provider = await DecidedAsync(district, Standing.BlackListed, null);
        Assert.Equal(Reason.AppealNotFound, (await provider.AnswerAppealAsync(district.Command("other"), 1, isUpheld)).Reason);
        district.MoveTo(District.First.AddDays(2));
        District.Value(await provider.AppealAsync(district.Command("clerk") with { Memo = "不是我们" }, 1));
        Assert.Equal(Standing.BlackListed, (await provider.GetAsync())!.ToFacts().StandingOn(district.Today));
        Assert.Equal(Reason.MakerIsChecker, (await provider.AnswerAppealAsync(district.Command("decider"), 1, isUpheld)).Reason);
        Command answer = district.Command("other") with { Memo = "查实" };

        ProviderRecord answered = District.Value(await provider.AnswerAppealAsync(answer, 1, isUpheld));

        Assert.Equal(answered.Standings, District.Value(await provider.AnswerAppealAsync(answer, 1, isUpheld)).Standings);
        AppealRecord appeal = answered.Standings.Single().Appeal!;
        Assert.Equal(("clerk", "不是我们", isUpheld, "other", "查实"),
            (appeal.By, appeal.Note, appeal.IsUpheld, appeal.AnsweredBy, appeal.Answer));
        Assert.Equal((Standing.BlackListed, after),
            (answered.ToFacts().StandingOn(District.First), answered.ToFacts().StandingOn(district.Today)));
        Assert.Equal(Reason.AppealNotFound, (await provider.AnswerAppealAsync(district.Command("other"), 1, isUpheld)).Reason);
    }

    private static async Task<IProviderGrain> DecidedAsync(District district, Standing standing, int? lastFromToday)
    {
        IProviderGrain provider = district.Grains.GetGrain<IProviderGrain>(
            $"{District.Tianyuan}/{await district.ProviderAsync(ServiceType.Meal)}");
        DateOnly? last = lastFromToday is { } days ? District.First.AddDays(2 + days) : null;
        District.Value(await provider.SetStandingAsync(
            district.Command("decider"), new StandingRecord(standing, District.First, last, "查")));
        return provider;
    }
}
