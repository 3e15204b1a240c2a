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

    /// <summary>A file that filled up never took anything again, whatever had long been over.</summary>
    [Fact]
    public async Task A_full_file_forgets_what_is_long_past_and_goes_on()
    {
        await using District district = await District.StartAsync();
        IProviderGrain provider = district.Grains.GetGrain<IProviderGrain>(
            $"{District.Tianyuan}/{await district.ProviderAsync(ServiceType.Meal)}");
        PriceRecord[] Prices(int count) =>
            [.. Enumerable.Repeat(new PriceRecord("meal-canteen", 900, district.Today), count)];
        District.Value(await provider.PublishPricesAsync(district.Command(), [.. Prices(2_000)]));
        foreach (int at in Enumerable.Range(0, 199))
        {
            District.Value(await provider.GrantAccreditationAsync(
                district.Command(), ServiceType.Bath, District.First.AddDays(at), District.First.AddDays(at)));
        }
        District.Value(await provider.NameStaffAsync(district.Command(), "lan", [ProviderRight.Staff], isProvider: false));
        foreach (int at in Enumerable.Range(1, 499))
            District.Value(await provider.NameStaffAsync(district.Command(), $"one-{at}", [], isProvider: false));
        District.Value(await provider.EndStaffAsync(district.Command(), "one-1", null));

        // Two days short of three years after the last accreditation but one.
        district.MoveTo(District.First.AddDays(196).AddYears(3));
        Command price = district.Command(), bath = district.Command();
        ProviderRecord would = District.Value(await provider.PublishPricesAsync(price with { IsDryRun = true }, [.. Prices(1)]));
        Assert.Equal((2, 2_000), (would.Prices!.Value.Length, (await provider.GetAsync())!.Prices!.Value.Length));
        Assert.Equal(2, District.Value(await provider.PublishPricesAsync(price, [.. Prices(1)])).Prices!.Value.Length);
        DateOnly last = district.Today.AddYears(1);
        ProviderRecord granted = District.Value(
            await provider.GrantAccreditationAsync(bath, ServiceType.Bath, district.Today, last));

        // The meals' of the registration is the first; it ended with 2026.
        Assert.Equal((4, 201), (granted.AllAccreditations.Length, granted.NumberAt(3)));
        Assert.Equal(4, District.Value(
            await provider.GrantAccreditationAsync(bath, ServiceType.Bath, district.Today, last)).AllAccreditations.Length);
        ProviderRecord shorter = District.Value(await provider.ChangeAccreditationAsync(district.Command(), 201, district.Today));
        Assert.Equal(district.Today, shorter.AllAccreditations[3].Last);
        foreach (int number in (int[])[1, 197, 202])
        {
            Assert.Equal(Reason.AccreditationNotFound,
                (await provider.ChangeAccreditationAsync(district.Command(), number, last)).Reason);
        }
        ProviderRecord named = District.Value(await provider.NameStaffAsync(district.Command(), "new", [], isProvider: true));
        Assert.Equal(500, named.Staff!.Value.Length);
        Assert.Equal(Reason.ProviderFileFull,
            (await provider.NameStaffAsync(district.Command(), "newer", [], isProvider: true)).Reason);
        Assert.Equal(Reason.ProviderStaffNotNamed, StaffRule.Judge(named.StaffSpans, "one-1", ProviderRight.None, district.Today)?.Reason);
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
