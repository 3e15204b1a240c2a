using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

/// <summary>Hours issued, ended, granted and moved between regions: a dry run first, then the command under the same request id.</summary>
[Collection(HoursCollection.Name)]
public sealed class HourDryRunTests(TestServer server)
{
    // A run covers a whole region, so it gets a region without other tests' elders.
    private const string Yuelu = "430104", Wangcheng = "430112";

    [Fact]
    public async Task Runs_count_what_they_would_issue_and_end()
    {
        var desk = new Desk(server, Yuelu);
        await desk.RegisterAsync();
        await desk.RegisterAsync(61);
        ElderService.ElderServiceClient finance = desk.Elders(Role.FinanceMaker);
        var issue = new IssueHoursRequest { RequestId = Id(), Parent = desk.Region, Month = desk.Month() };

        RunSummary would = await LastAsync(() => finance.IssueHours(new IssueHoursRequest(issue) { ValidateOnly = true }));
        RunSummary done = (await RunAsync(finance.IssueHours(issue)))[^1].Summary;
        Assert.Equal((2, 1, 240), (would.Total, would.Changed, would.Amounts.Single().Value));
        Assert.Equal(Figures(done), Figures(would));
        issue.Month = desk.Month(1);
        await RefusedAsync(Reason.RequestIdReused, () =>
            RunAsync(finance.IssueHours(new IssueHoursRequest(issue) { ValidateOnly = true })));
        issue.RequestId = Id();
        await RefusedAsync(Reason.MonthNotCurrent, () =>
            RunAsync(finance.IssueHours(new IssueHoursRequest(issue) { ValidateOnly = true })));

        // An order that nobody confirms holds two of the four hours.
        string holder = await desk.RegisterWithHoursAsync(), volunteer = await desk.EnrolAsync();
        await desk.AcceptedAsync(holder, volunteer);
        await desk.AdvanceToAsync(ChinaTime.StartOf(new DateOnly(desk.Today.Year, desk.Today.Month, 1).AddMonths(1)).AddDays(20));
        var expire = new ExpireHoursRequest { RequestId = Id(), Parent = desk.Region };
        RunSummary ends = await LastAsync(() => finance.ExpireHours(new ExpireHoursRequest(expire) { ValidateOnly = true }));
        RunSummary ended = (await RunAsync(finance.ExpireHours(expire)))[^1].Summary;
        // The order ends the hours that its hold gives back, so neither run counts them.
        Assert.Equal((2, 240 + 120, 2, 240 + 120),
            (ends.Changed, ends.Amounts.Single().Value, ended.Changed, ended.Amounts.Single().Value));
    }

    [Fact]
    public async Task An_issue_to_one_elder_is_tried_and_a_refused_one_is_forgotten()
    {
        var desk = new Desk(server, Wangcheng);
        ElderService.ElderServiceClient finance = desk.Elders(Role.FinanceMaker);
        string young = await desk.RegisterAsync(61), old = await desk.RegisterAsync();
        IssueHoursRequest To(string elder, bool dryRun) =>
            new()
            {
                RequestId = "0192b6a0-0000-7000-8000-0000000000a1", Parent = desk.Region, Month = desk.Month(), Elder = elder,
                ValidateOnly = dryRun
            };

        await RefusedAsync(Reason.ElderNotEntitled, () => RunAsync(finance.IssueHours(To(young, dryRun: true))), Wangcheng);
        RunSummary would = await LastAsync(() => finance.IssueHours(To(old, dryRun: true)), Wangcheng);
        RunSummary done = (await RunAsync(finance.IssueHours(To(old, dryRun: false))))[^1].Summary;

        Assert.Equal(Figures(done), Figures(would));
        Assert.Equal(240, (await desk.HoursAsync(old)).Issued.Value);
    }

    [Fact]
    public async Task A_grant_says_what_the_pool_would_have_left()
    {
        var desk = new Desk(server, Wangcheng);
        string volunteer = await desk.EnrolWithHoursAsync(), elder = await desk.RegisterAsync();
        await desk.Volunteers(Role.Volunteer, volunteer)
            .DonateHoursAsync(new DonateHoursRequest { RequestId = Id(), Volunteer = volunteer, Amount = Minutes(100) });
        var grant = new GrantFromPoolRequest { RequestId = Id(), Elder = elder, Amount = Minutes(40), Memo = "困难" };
        ElderService.ElderServiceClient finance = desk.Elders(Role.FinanceMaker);

        GrantFromPoolResponse would =
            await server.TriedAsync(() =>
            finance.GrantFromPoolAsync(new GrantFromPoolRequest(grant) { ValidateOnly = true }).ResponseAsync, Wangcheng);
        await RefusedAsync(Reason.InsufficientBalance, () =>
            finance.GrantFromPoolAsync(new GrantFromPoolRequest(grant) { Amount = Minutes(1_000_000), ValidateOnly = true }).ResponseAsync,
            Wangcheng);
        GrantFromPoolResponse done = await finance.GrantFromPoolAsync(grant);

        Assert.Equal(("", done.PoolRemaining), (would.Entry, would.PoolRemaining));
        await finance.GrantFromPoolAsync(new GrantFromPoolRequest { RequestId = Id(), Elder = elder, Amount = Minutes(10) });
        Assert.Equal(done.PoolRemaining,
            (await finance.GrantFromPoolAsync(new GrantFromPoolRequest(grant) { ValidateOnly = true })).PoolRemaining);
    }

    [Fact]
    public async Task A_transfer_that_is_only_asked_for_leaves_neither_region_changed()
    {
        var desk = new Desk(server);
        var neighbour = new Desk(server, TestServer.Lusong);
        string home = await desk.EnrolAsync(), away = await neighbour.EnrolWithHoursAsync(await neighbour.EnrolAsync(home: home));
        var clearing = new ClearingService.ClearingServiceClient(server.As(Role.Volunteer, away, "", TestServer.Lusong));
        var request = new TransferHoursRequest { RequestId = Id(), From = away, To = home, Amount = Minutes(50) };

        TransferHoursResponse would = await server.TriedAsync(() => server.TriedAsync(
            () => clearing.TransferHoursAsync(new TransferHoursRequest(request) { ValidateOnly = true }).ResponseAsync, TestServer.Lusong));
        await clearing.TransferHoursAsync(new TransferHoursRequest(request) { Amount = Minutes(121), ValidateOnly = true })
            .IsRefusedAsync(Reason.InsufficientBalance);
        TransferHoursResponse done = await clearing.TransferHoursAsync(request);

        Assert.Equal(new TransferHoursResponse(), would);
        Assert.NotEmpty(done.ArrivalEntry);
        Assert.Equal(50, (await desk.HoursAsync(home)).Earned.Value);
    }

    private static (long, long, long, string) Figures(RunSummary summary) =>
        (summary.Total, summary.Changed, summary.Skipped, $"{summary.Amounts} {summary.SkippedByReason}");

    private async Task<RunSummary> LastAsync(Func<Grpc.Core.AsyncServerStreamingCall<RunProgress>> run, string region = Yuelu) =>
        (await server.TriedAsync(() => RunAsync(run()), region))[^1].Summary;

    private async Task RefusedAsync<T>(Reason reason, Func<Task<T>> ask, string region = Yuelu) => await server.TriedAsync(
        async () =>
        {
            await ((Func<Task>)(() => ask())).IsRefusedAsync(reason);
            return 0;
        },
        region);
}
