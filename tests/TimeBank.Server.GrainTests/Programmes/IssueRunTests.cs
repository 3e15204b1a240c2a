using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class IssueRunTests
{
    private static readonly Slug Meals = Slug.Parse("meals");

    [Fact]
    public async Task Entitled_elders_get_one_voucher_a_month_whatever_run_asks()
    {
        await using District district = await DistrictAsync(fen: 100_000);
        OpaqueId old = await district.ElderAsync(1940);
        await district.ElderAsync(1945);
        await district.ElderAsync(1960);
        Command run = District.Named("october");

        RunPage first = await district.IssueAsync("meals", run), again = await district.IssueAsync("meals", run),
            other = await district.IssueAsync("meals");

        Assert.Equal((3, 2, 20), (first.Looked, first.Changed, first.Amounts["MEAL"]));
        Assert.Equal(Skips((Reason.ElderNotEntitled, 1)), first.Skipped);
        Assert.Equal((2, 20), (again.Changed, again.Amounts["MEAL"]));
        Assert.Equal((2, 1), (other.Skipped[Reason.AlreadyIssued], other.Skipped[Reason.ElderNotEntitled]));
        Assert.Equal(10, await district.BalanceAsync(Chart.VoucherPath(await district.VoucherOfAsync("meals", old))));
        Assert.Equal(24_000, await district.BalanceAsync(Chart.ProgrammeCommitted(Meals).Path));
    }

    [Fact]
    public async Task A_run_that_is_not_funded_as_a_whole_issues_nothing_and_stays_refused()
    {
        await using District district = await DistrictAsync(fen: 12_000);
        await district.ElderAsync(1940);
        await district.ElderAsync(1941);
        var run = new VoucherRun(District.Named("october"), District.First);

        Refusal? refusal = (await district.Programme("meals").BeginIssueAsync(run)).Refusal;
        Assert.Equal(Refusal.Of(Reason.ProgrammeUnderfunded, ("available", "12000"), ("needed", "24000"), ("unit", "CNY")), refusal);

        await district.AllotAsync("meals", "lottery", 12_000);
        Assert.Equal(Reason.ProgrammeUnderfunded, (await district.Programme("meals").BeginIssueAsync(run)).Refusal?.Reason);
        Assert.Equal(2, (await district.IssueAsync("meals")).Changed);
    }

    [Fact]
    public async Task What_becomes_short_while_a_run_goes_on_is_left_out_and_issued_by_the_next_run()
    {
        await using District district = await DistrictAsync(fen: 24_000);
        await district.ElderAsync(1940);
        await district.ElderAsync(1941);
        var run = new VoucherRun(District.Named("october"), District.First);
        Assert.Null((await district.Programme("meals").BeginIssueAsync(run)).Refusal);
        Proposal back = MoneyEntries.Return(district.Command().Header(District.First, ""), Meals,
            [(Slug.Parse("lottery"), new Fen(12_000))]);
        Assert.Null((await district.Ledger().SubmitAsync(back)).Refusal);

        RunPage page = await district.Programme("meals").IssueAsync(run, null);
        Assert.Equal(1, page.Changed);
        Assert.Equal(Skips((Reason.ProgrammeUnderfunded, 1)), page.Skipped);

        await district.AllotAsync("meals", "lottery", 12_000);
        RunPage next = await district.IssueAsync("meals");
        Assert.Equal(1, next.Changed);
        Assert.Equal(Skips((Reason.AlreadyIssued, 1)), next.Skipped);
        Assert.Equal(2, (await district.IssueAsync("meals")).Skipped[Reason.AlreadyIssued]);
    }

    [Fact]
    public async Task A_run_goes_page_by_page_and_one_that_is_called_again_goes_through_the_same_pages()
    {
        await using District district = await DistrictAsync(fen: 501 * 12_000);
        await Task.WhenAll(Enumerable.Range(0, 501).Select(_ => district.ElderAsync(1940)));
        var run = new VoucherRun(District.Named("october"), District.First);
        Assert.Null((await district.Programme("meals").BeginIssueAsync(run)).Refusal);

        for (int time = 0; time < 2; time++)
        {
            RunPage first = await district.Programme("meals").IssueAsync(run, null),
                second = await district.Programme("meals").IssueAsync(run, first.Next);
            Assert.Equal((500, 500, 1, 1), (first.Looked, first.Changed, second.Looked, second.Changed));
            Assert.Equal(RunTally.Nothing, await district.Programme("meals").IssueAsync(run, second.Next));
        }
        Assert.Equal(501 * 12_000, await district.BalanceAsync(Chart.ProgrammeCommitted(Meals).Path));
    }

    [Fact]
    public async Task A_programme_that_is_frozen_while_a_run_goes_on_issues_no_more_and_the_same_run_goes_on_once_it_is_thawed()
    {
        await using District district = await DistrictAsync(fen: 501 * 12_000);
        await Task.WhenAll(Enumerable.Range(0, 501).Select(_ => district.ElderAsync(1940)));
        var run = new VoucherRun(District.Named("october"), District.First);
        Assert.Null((await district.Programme("meals").BeginIssueAsync(run)).Refusal);
        RunPage first = await district.Programme("meals").IssueAsync(run, null);
        EntryHeader Header() => district.Command().Header(District.First, "");

        Assert.Null((await district.Ledger().SubmitAsync(Entries.Freeze(Header(), Chart.ProgrammeAllotted(Meals).Path))).Refusal);
        RunPage second = await district.Programme("meals").IssueAsync(run, first.Next);
        Assert.Equal((500, 0), (first.Changed, second.Changed));
        Assert.Equal(Skips((Reason.AccountFrozen, 1)), second.Skipped);
        Assert.Equal(500 * 12_000, await district.BalanceAsync(Chart.ProgrammeCommitted(Meals).Path));

        Assert.Null((await district.Ledger().SubmitAsync(Entries.Thaw(Header(), Chart.ProgrammeAllotted(Meals).Path))).Refusal);
        RunPage again = await district.Programme("meals").IssueAsync(run, first.Next);
        Assert.Equal(1, again.Changed);
        Assert.Equal(501 * 12_000, await district.BalanceAsync(Chart.ProgrammeCommitted(Meals).Path));
    }

    [Fact]
    public async Task A_run_that_is_only_tried_counts_what_it_would_issue_and_issues_nothing()
    {
        await using District district = await DistrictAsync(fen: 24_000);
        await district.ElderAsync(1940);
        await district.ElderAsync(1941);
        await district.ElderAsync(1960);
        Command run = District.Named("october");
        string before = await district.EverythingAsync();

        RunPage would = await district.IssueAsync("meals", run with { IsDryRun = true });

        Assert.Equal(before, await district.EverythingAsync());
        Assert.Equal((3, 2, 20, 24_000), (would.Looked, would.Changed, would.Amounts["MEAL"], would.CommittedFen));
        RunPage done = await district.IssueAsync("meals", run);
        Assert.Equal((would.Looked, would.Changed, would.Amounts["MEAL"]), (done.Looked, done.Changed, done.Amounts["MEAL"]));
        Assert.Equal(would.Skipped, done.Skipped);
        // The run's own issued vouchers count as changed, and bind no new money.
        RunPage again = await district.IssueAsync("meals", run with { IsDryRun = true });
        Assert.Equal((2, 0), (again.Changed, again.CommittedFen));
        Assert.Equal(2, (await district.IssueAsync("meals", district.Command() with { IsDryRun = true }))
            .Skipped[Reason.AlreadyIssued]);
    }

    [Fact]
    public async Task A_trial_that_is_refused_for_want_of_money_is_not_remembered()
    {
        await using District district = await DistrictAsync(fen: 12_000);
        await district.ElderAsync(1940);
        await district.ElderAsync(1941);
        Command run = District.Named("october");
        string before = await district.EverythingAsync();

        Refusal? refusal = (await district.Programme("meals")
            .BeginIssueAsync(new VoucherRun(run with { IsDryRun = true }, District.First))).Refusal;

        Assert.Equal(Refusal.Of(Reason.ProgrammeUnderfunded, ("available", "12000"), ("needed", "24000"), ("unit", "CNY")), refusal);
        Assert.Equal(before, await district.EverythingAsync());
        await district.AllotAsync("meals", "lottery", 12_000);
        Assert.Equal(2, (await district.IssueAsync("meals", run)).Changed);
    }

    [Fact]
    public async Task A_trial_counts_page_after_page_against_what_the_programme_has_left()
    {
        await using District district = await DistrictAsync(fen: 501 * 12_000);
        await Task.WhenAll(Enumerable.Range(0, 501).Select(_ => district.ElderAsync(1940)));
        var run = new VoucherRun(District.Named("october"), District.First);
        Assert.Null((await district.Programme("meals").BeginIssueAsync(run)).Refusal);
        Proposal back = MoneyEntries.Return(district.Command().Header(District.First, ""), Meals,
            [(Slug.Parse("lottery"), new Fen(12_000))]);
        Assert.Null((await district.Ledger().SubmitAsync(back)).Refusal);
        string before = await district.EverythingAsync();

        var asks = run with { Command = run.Command with { IsDryRun = true } };
        RunPage first = await district.Programme("meals").IssueAsync(asks, null);
        RunPage second = await district.Programme("meals").IssueAsync(asks with { CommittedFen = first.CommittedFen }, first.Next);

        Assert.Equal((500, 500 * 12_000, 0), (first.Changed, first.CommittedFen, second.Changed));
        Assert.Equal(Skips((Reason.ProgrammeUnderfunded, 1)), second.Skipped);
        Assert.Equal(before, await district.EverythingAsync());
        RunPage issued = await district.Programme("meals").IssueAsync(run, null),
            rest = await district.Programme("meals").IssueAsync(run, issued.Next);
        Assert.Equal((500, 0), (issued.Changed, rest.Changed));
        Assert.Equal(second.Skipped, rest.Skipped);
    }

    [Fact]
    public async Task A_voucher_whose_issue_was_reversed_is_issued_again_by_the_next_run_and_once()
    {
        await using District district = await DistrictAsync(fen: 24_000);
        OpaqueId elder = await district.ElderAsync(1940);
        await district.ElderAsync(1941);
        Command run = District.Named("october");
        await district.IssueAsync("meals", run);
        EntryId issue = (await district.Programme("meals").GetAsync())!.ToProgramme().IssueId(District.Code, District.First, elder);
        await ReverseAsync(district, issue);

        RunPage same = await district.IssueAsync("meals", run);
        Assert.Equal((2, 20), (same.Changed, same.Amounts["MEAL"]));
        Assert.Equal(12_000, await district.BalanceAsync(Chart.ProgrammeCommitted(Meals).Path));

        RunPage would = await district.IssueAsync("meals", District.Named("again") with { IsDryRun = true }),
            next = await district.IssueAsync("meals", District.Named("again"));
        Assert.Equal((1, 10, 12_000), (would.Changed, would.Amounts["MEAL"], would.CommittedFen));
        Assert.Equal((1, 10, 1), (next.Changed, next.Amounts["MEAL"], next.Skipped[Reason.AlreadyIssued]));
        Assert.Equal(1, (await district.IssueAsync("meals", District.Named("again"))).Changed);
        Assert.Equal(2, (await district.IssueAsync("meals")).Skipped[Reason.AlreadyIssued]);
        Assert.Equal(24_000, await district.BalanceAsync(Chart.ProgrammeCommitted(Meals).Path));
    }

    [Fact]
    public async Task What_was_reversed_twice_is_issued_a_third_time()
    {
        await using District district = await DistrictAsync(fen: 12_000);
        await district.ElderAsync(1940);
        for (int time = 0; time < 3; time++)
        {
            Assert.Equal(1, (await district.IssueAsync("meals")).Changed);
            Assert.Equal(1, (await district.IssueAsync("meals")).Skipped[Reason.AlreadyIssued]);
            IReadOnlyList<LinkedEntry> issues =
                await district.Journal.EntriesAsync(District.Code, new EntryFilter(EntryCode.IssueVoucher, Reversed: false), long.MaxValue,
                10, default);
            await ReverseAsync(district, Assert.Single(issues).Entry.Id);
        }
        Assert.Equal(12_000, await district.BalanceAsync(Chart.ProgrammeAllotted(Meals).Path));
    }

    [Fact]
    public async Task A_run_is_judged_by_the_day_on_which_it_began()
    {
        await using District district = await DistrictAsync(fen: 501 * 12_000);
        await Task.WhenAll(Enumerable.Range(0, 501).Select(_ => district.ElderAsync(1940)));
        district.MoveTo(new DateOnly(2026, 10, 31));
        var run = new VoucherRun(District.Named("october"), District.First);
        Assert.Null((await district.Programme("meals").BeginIssueAsync(run)).Refusal);
        RunPage first = await district.Programme("meals").IssueAsync(run, null);
        district.MoveTo(new DateOnly(2026, 11, 1));

        RunPage second = await district.Programme("meals").IssueAsync(run, first.Next);
        Assert.Null((await district.Programme("meals").BeginIssueAsync(run)).Refusal);

        Assert.Equal((500, 1), (first.Changed, second.Changed));
        IReadOnlyList<LinkedEntry> last =
            await district.Journal.EntriesAsync(District.Code, new EntryFilter(EntryCode.IssueVoucher), long.MaxValue, 1, default);
        Assert.Equal(new DateOnly(2026, 10, 31), last[0].Entry.Header.EffectiveDate);
        Assert.Equal(Refusal.Of(Reason.MonthNotCurrent, ("month", "2026-11")),
            (await district.Programme("meals").BeginIssueAsync(new VoucherRun(district.Command(), District.First))).Refusal);
    }

    private static async Task ReverseAsync(District district, EntryId entry) => Assert.Null(
        (await district.Ledger()
            .SubmitAsync(Entries.Reverse(district.Command().Header(District.First, ""), entry))).Refusal);

    [Theory]
    [InlineData("meals", 9, Reason.MonthNotCurrent)]
    [InlineData("meals", 11, Reason.MonthNotCurrent)]
    [InlineData("nothing", 10, Reason.ProgrammeNotFound)]
    public async Task Other_months_and_unknown_programmes_are_refused(string programme, int month, Reason reason)
    {
        await using District district = await DistrictAsync(fen: 1);

        Outcome answer = await district.Programme(programme)
            .BeginIssueAsync(new VoucherRun(district.Command(), new DateOnly(2026, month, 1)));

        Assert.Equal(reason, answer.Refusal?.Reason);
    }

    [Fact]
    public async Task The_national_voucher_goes_by_the_valid_assessment()
    {
        await using District district = await DistrictAsync(fen: 1);
        await district.NationalAsync();
        await district.AllotAsync("national", "lottery", 200_000);
        OpaqueId severe = await district.ElderAsync(1950, points: 30);
        await district.ElderAsync(1950, points: 90);
        await district.ElderAsync(1950);

        RunPage page = await district.IssueAsync("national");

        Assert.Equal((1, 80_000), (page.Changed, page.Amounts["CNY"]));
        Assert.Equal(2, page.Skipped[Reason.ElderNotEntitled]);
        Assert.Equal(80_000, await district.BalanceAsync(Chart.VoucherPath(await district.VoucherOfAsync("national", severe))));
    }

    private static async Task<District> DistrictAsync(long fen)
    {
        District district = await District.StartAsync();
        await district.FundedAsync("lottery", 10_000_000);
        await district.MealsAsync();
        await district.AllotAsync("meals", "lottery", fen);
        return district;
    }

    private static Dictionary<Reason, long> Skips(params (Reason Reason, long Count)[] skips) =>
        skips.ToDictionary(skip => skip.Reason, skip => skip.Count);
}
