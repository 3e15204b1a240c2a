using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

/// <summary>Runs that issue and end a whole region's hours, across a month's end.</summary>
[Collection(HoursCollection.Name)]
public sealed class HourRunTests(TestServer server)
{
    private const string Hetang = "430202";

    [Fact]
    public async Task A_month_is_issued_spent_and_ended()
    {
        var desk = new Desk(server, Hetang);
        string[] entitled = [await desk.RegisterAsync(), await desk.RegisterAsync(), await desk.RegisterAsync()];
        string young = await desk.RegisterAsync(61), volunteer = await desk.EnrolAsync();
        ElderService.ElderServiceClient finance = desk.Elders(Role.FinanceMaker);
        var issue = new IssueHoursRequest { RequestId = Id(), Parent = desk.Region, Month = desk.Month() };

        List<RunProgress> said = await RunAsync(finance.IssueHours(issue));
        List<RunProgress> again = await RunAsync(finance.IssueHours(issue));
        RunSummary other =
            (await RunAsync(finance.IssueHours(new IssueHoursRequest { RequestId = Id(), Parent = desk.Region, Month = desk.Month() })))[^1]
            .Summary;

        Assert.True(said.Count >= 2);
        Assert.All(said.SkipLast(1), progress => Assert.Null(progress.Summary));
        RunSummary summary = said[^1].Summary;
        Assert.Equal((4L, 3L, 1L, 720L), (summary.Total, summary.Changed, summary.Skipped, Assert.Single(summary.Amounts).Value));
        Assert.Equal(("ELDER_NOT_ENTITLED", 1L), (summary.SkippedByReason[0].Reason, summary.SkippedByReason[0].Count));
        Assert.Equal((3L, 720L), (again[^1].Summary.Changed, again[^1].Summary.Amounts[0].Value));
        Assert.Equal((0L, 4L, "ALREADY_ISSUED"), (other.Changed, other.Skipped, other.SkippedByReason[0].Reason));
        issue.Month = desk.Month(-1);
        await ((Func<Task>)(() => RunAsync(finance.IssueHours(issue)))).IsRefusedAsync(Reason.RequestIdReused);

        // One elder spends two hours. Another's two hours stay held over the month's end, by an order that nobody confirms.
        ServiceOrder spent = await desk.ServedAsync(entitled[0], volunteer, TimeSpan.FromHours(2));
        await desk.Orders(entitled[0]).ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = Id(), Order = spent.Name });
        DateTimeOffset next = ChinaTime.StartOf(new DateOnly(desk.Today.Year, desk.Today.Month, 1).AddMonths(1));
        await desk.AdvanceToAsync(next.AddDays(-5));
        ServiceOrder open = await desk.AcceptedAsync(entitled[1], volunteer);
        Assert.Empty((await RunAsync(finance.ExpireHours(new ExpireHoursRequest { RequestId = Id(), Parent = desk.Region })))[^1].Amounts);
        await desk.AdvanceToAsync(next.AddMinutes(5));

        var expire = new ExpireHoursRequest { RequestId = Id(), Parent = desk.Region };
        RunSummary ended = (await RunAsync(finance.ExpireHours(expire)))[^1].Summary;
        Assert.Equal((4L, 3L, 120L + 240 - 120 + 240), (ended.Total, ended.Changed, ended.Amounts[0].Value));
        Assert.Equal((120, 120, 0), ((await desk.HoursAsync(entitled[1])).Issued.Value, (await desk.HoursAsync(entitled[1])).Held.Value,
            (await desk.HoursAsync(entitled[2])).Issued.Value));

        // The first run after the hold's expiry ends the hold, and with it the held hours.
        await desk.AdvanceAsync(TimeSpan.FromDays(32));
        await RunAsync(finance.IssueHours(new IssueHoursRequest { RequestId = Id(), Parent = desk.Region, Month = desk.Month() }));

        Assert.Equal(V1.OrderState.Cancelled,
            (await desk.OrdersAs(Role.Auditor).GetOrderAsync(new GetOrderRequest { Name = open.Name })).State);
        foreach (string elder in entitled) Assert.Equal(
            (240, 0), ((await desk.HoursAsync(elder)).Issued.Value, (await desk.HoursAsync(elder)).Held.Value));
        Assert.Equal(0, (await desk.HoursAsync(young)).Issued.Value);
        await server.TrialBalanceAsync(Hetang);
    }

    [Fact]
    public async Task ExpireHours_refuses_wrong_input()
    {
        ElderService.ElderServiceClient finance = new Desk(server).Elders(Role.FinanceMaker);

        await ((Func<Task>)(() => RunAsync(finance.ExpireHours(new ExpireHoursRequest { Parent = "regions/430211" }))))
            .IsRefusedAsync(Reason.InvalidField, "request_id");
        var unknown = new Desk(server, "439900");
        await ((Func<Task>)(
            () => RunAsync(unknown.Elders(Role.FinanceMaker)
            .ExpireHours(new ExpireHoursRequest { RequestId = Id(), Parent = unknown.Region })))).IsRefusedAsync(Reason.RegionUnknown);
    }
}
