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
}
