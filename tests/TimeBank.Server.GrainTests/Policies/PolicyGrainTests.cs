using System.Collections.Immutable;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class PolicyGrainTests : IAsyncLifetime
{
    private static readonly DateOnly Today = District.First, Tomorrow = Today.AddDays(1), NextMonth = new(2026, 11, 1);

    private District _rules = null!;

    public async ValueTask InitializeAsync() => _rules = await District.StartAsync();

    public async ValueTask DisposeAsync() => await _rules.DisposeAsync();

    [Theory]
    [InlineData("430211", "2026-10-01")]
    [InlineData("430200", "2026-01-01")]
    [InlineData("430000", "2030-01-01")]
    [InlineData("430211", "2020-01-01")]
    public async Task Without_a_version_of_its_own_a_region_has_the_provinces(string region, string day)
    {
        Policy policy = await _rules.Policy(region).AtAsync(DateOnly.Parse(day, null));

        Assert.Equal("430000/2026-01", policy.Version.ToString());
    }

    [Fact]
    public async Task InForce_before_the_first_version_is_not_found()
    {
        Assert.Equal(Reason.PolicyVersionNotFound, (await _rules.Policy("430211").InForceAsync(new DateOnly(2025, 12, 31))).Reason);
    }

    [Fact]
    public async Task Approved_version_is_in_force_from_its_day_there_and_inside_it_alone()
    {
        await ApproveAsync("430200", "winter", NextMonth, coinMinutes: 30);

        Assert.Equal("430000/2026-01", await VersionAsync("430200", NextMonth.AddDays(-1)));
        Assert.Equal("430200/winter", await VersionAsync("430200", NextMonth));
        Assert.Equal("430200/winter", await VersionAsync("430211", NextMonth));
        Assert.Equal("430000/2026-01", await VersionAsync("430000", NextMonth));
        Assert.Equal(30, (await _rules.Policy("430211").AtAsync(NextMonth)).Hours.Coin.Value);
        Assert.Equal("winter", (await _rules.Policy("430211").InForceAsync(NextMonth)).Value?.Name);
    }

    [Fact]
    public async Task Version_of_a_narrower_region_comes_before_a_later_one_of_a_wider_region()
    {
        await ApproveAsync("430211", "own", Tomorrow);
        await ApproveAsync("430000", "later", NextMonth);

        Assert.Equal("430211/own", await VersionAsync("430211", NextMonth));
        Assert.Equal("430000/later", await VersionAsync("430203", NextMonth));
    }

    [Fact]
    public async Task Day_that_has_been_asked_for_before_it_began_is_answered_anew()
    {
        Assert.Equal("430000/2026-01", await VersionAsync("430211", Tomorrow));
        await ApproveAsync("430000", "soon", Tomorrow);
        Assert.Equal("430000/soon", await VersionAsync("430211", Tomorrow));
    }

    [Fact]
    public async Task Proposed_version_is_listed_and_not_in_force()
    {
        Reply<RuleVersion> proposed = await ProposeAsync("430211", "autumn", NextMonth, "maker", 1);

        Assert.Equal(("430211", "autumn", NextMonth, false, "maker", ""), Told(proposed.Value!));
        Assert.Equal("430000/2026-01", await VersionAsync("430211", NextMonth));
        Assert.Equal(["autumn"], (await _rules.Policy("430211").ListAsync()).Select(version => version.Name));
    }

    [Fact]
    public async Task Approval_names_both_people_and_survives_the_grain()
    {
        await ApproveAsync("430000", "next", NextMonth);
        await _rules.ForgetAsync(_rules.Policy("430000"));

        ImmutableArray<RuleVersion> versions = await _rules.Policy("430000").ListAsync();

        Assert.Equal([("430000", "next", NextMonth, true, "maker", "checker"),
            ("430000", "2026-01", new DateOnly(2026, 1, 1), true, "", "")], versions.Select(Told));
        Assert.Equal("430000/next", await VersionAsync("430000", NextMonth));
    }

    [Theory]
    [InlineData("2026-09-30", Reason.EffectiveDateInPast)]
    [InlineData("2026-10-01", Reason.EffectiveDateInPast)]
    [InlineData("2026-10-02", Reason.None)]
    public async Task Propose_takes_effect_tomorrow_at_the_earliest(string effective, Reason expected)
    {
        Assert.Equal(expected, (await ProposeAsync("430211", "v", DateOnly.Parse(effective, null), "maker", 1)).Reason);
    }

    [Fact]
    public async Task Propose_under_a_name_that_is_there_is_refused()
    {
        await ProposeAsync("430211", "v", NextMonth, "maker", 1);

        Assert.Equal(Reason.VersionExists, (await ProposeAsync("430211", "v", Tomorrow, "maker", 2)).Reason);
    }

    [Fact]
    public async Task Two_proposals_may_wait_for_one_day_and_only_one_is_approved()
    {
        await ProposeAsync("430211", "a", NextMonth, "maker", 1);
        await ProposeAsync("430211", "b", NextMonth, "maker", 2);

        Assert.Equal(Reason.None, (await _rules.Policy("430211").ApproveAsync(_rules.Command("checker", request: 3), "a")).Reason);
        Assert.Equal(Reason.VersionExists, (await _rules.Policy("430211").ApproveAsync(_rules.Command("checker", request: 4), "b")).Reason);
        Assert.Equal(Reason.VersionExists, (await ProposeAsync("430211", "c", NextMonth, "maker", 5)).Reason);
    }

    [Theory]
    [InlineData("maker", "v", Reason.MakerIsChecker)]
    [InlineData("checker", "w", Reason.PolicyVersionNotFound)]
    [InlineData("checker", "v", Reason.None)]
    public async Task Approve_needs_a_second_person_and_a_proposal(string actor, string name, Reason expected)
    {
        await ProposeAsync("430211", "v", NextMonth, "maker", 1);

        Assert.Equal(expected, (await _rules.Policy("430211").ApproveAsync(_rules.Command(actor, request: 2), name)).Reason);
    }

    [Theory]
    [InlineData("430211", "v")]
    [InlineData("430000", "2026-01")]
    public async Task Approve_of_what_is_approved_is_refused(string region, string name)
    {
        await ApproveAsync("430211", "v", NextMonth);

        Assert.Equal(Reason.VersionAlreadyApproved,
            (await _rules.Policy(region).ApproveAsync(_rules.Command("checker", request: 9), name)).Reason);
    }

    [Fact]
    public async Task Approve_on_the_first_day_comes_too_late()
    {
        await ProposeAsync("430211", "v", NextMonth, "maker", 1);
        _rules.MoveTo(NextMonth);

        Assert.Equal(Reason.EffectiveDateInPast,
            (await _rules.Policy("430211").ApproveAsync(_rules.Command("checker", request: 2), "v")).Reason);
        Assert.Equal("430000/2026-01", await VersionAsync("430211", NextMonth));
    }

    [Fact]
    public async Task Replay_gives_the_first_outcome_whatever_has_happened_since()
    {
        IPolicyGrain grain = _rules.Policy("430211");
        await ApproveAsync("430211", "v", NextMonth);
        Reason refused = (await grain.ApproveAsync(_rules.Command("maker", request: 7), "w")).Reason;
        await ProposeAsync("430211", "w", Tomorrow, "other", 8);
        _rules.MoveTo(NextMonth.AddDays(1));
        await _rules.ForgetAsync(grain);

        Assert.Equal(("430211", "v", NextMonth, true, "maker", "checker"),
            Told((await ProposeAsync("430211", "v", NextMonth, "maker", 1)).Value!));
        Assert.Equal(Reason.None, (await grain.ApproveAsync(_rules.Command("checker", request: 2), "v")).Reason);
        Assert.Equal(Reason.PolicyVersionNotFound, refused);
        Assert.Equal(refused, (await grain.ApproveAsync(_rules.Command("maker", request: 7), "w")).Reason);
    }

    [Fact]
    public async Task Same_request_id_with_other_content_is_a_conflict()
    {
        IPolicyGrain grain = _rules.Policy("430211");
        await grain.ProposeAsync(_rules.Command("maker", "one", 1), Document.Policy("430211", "v", NextMonth));

        Assert.Equal(Reason.RequestIdReused,
            (await grain.ProposeAsync(_rules.Command("maker", "two", 1), Document.Policy("430211", "w", NextMonth))).Reason);
        Assert.Equal(["v"], (await grain.ListAsync()).Select(version => version.Name));
    }

    private async Task ApproveAsync(string region, string name, DateOnly effective, int coinMinutes = 60)
    {
        Assert.Equal(Reason.None, (await ProposeAsync(region, name, effective, "maker", 1, coinMinutes)).Reason);
        Assert.Equal(Reason.None, (await _rules.Policy(region).ApproveAsync(_rules.Command("checker", request: 2), name)).Reason);
    }

    private Task<Reply<RuleVersion>> ProposeAsync(string region, string name, DateOnly effective, string actor, int request,
        int coinMinutes = 60) =>
        _rules.Policy(region).ProposeAsync(_rules.Command(actor, request: request), Document.Policy(region, name, effective, coinMinutes));

    private async Task<string> VersionAsync(string region, DateOnly day) => (await _rules.Policy(region).AtAsync(day)).Version.ToString();

    private static (string, string, DateOnly, bool, string, string) Told(RuleVersion version) =>
        (version.Region, version.Name, version.Effective, version.IsApproved, version.ProposedBy, version.ApprovedBy);
}
