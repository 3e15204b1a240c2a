using Microsoft.Extensions.Logging;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// Interrupted runs that go on, after the month's end or after the caller hung up. The class has its own server, because it moves the clock
/// past the month's end.
/// </summary>
public sealed class MonthEndRunTests : IAsyncLifetime
{
    private static readonly DateTimeOffset LastMinute = ChinaTime.StartOf(new DateOnly(2026, 11, 1)).AddMinutes(-1);

    private readonly TestServer _server = new();
    private Desk _desk = null!;

    private ElderService.ElderServiceClient Finance => _desk.Elders(Role.FinanceMaker);

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _desk = new Desk(_server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Hours_of_a_run_that_began_in_time_are_issued_when_the_month_is_over_and_have_ended_with_it()
    {
        await _desk.RegisterAsync();
        await _desk.AdvanceToAsync(LastMinute);
        var run = new IssueHoursRequest { RequestId = Desk.Id(), Parent = _desk.Region, Month = _desk.Month() };
        Assert.Equal(1, (await Desk.RunAsync(Finance.IssueHours(run)))[^1].Summary.Changed);
        // Stands for an elder whom the interrupted run had not reached.
        string left = await _desk.RegisterAsync();
        await _desk.AdvanceAsync(TimeSpan.FromMinutes(2));

        RunSummary rest = (await Desk.RunAsync(Finance.IssueHours(run)))[^1].Summary;

        Assert.Equal((2, 2, 0, 480), (rest.Total, rest.Changed, rest.Skipped, rest.Amounts[0].Value));
        Assert.True((await Finance.ListEntitlementsAsync(new ListEntitlementsRequest { Elder = left, Month = run.Month })).Entitlements[0]
            .Issued);
        Assert.Equal(0, (await _desk.HoursAsync(left)).Issued.Value);
        Assert.Equal(2, (await Desk.RunAsync(Finance.IssueHours(run)))[^1].Summary.Changed);
        await ((Func<Task>)(() => Desk.RunAsync(Finance.IssueHours(new IssueHoursRequest(run) { RequestId = Desk.Id() }))))
            .IsRefusedAsync(Reason.MonthNotCurrent);
        var november = new IssueHoursRequest { RequestId = Desk.Id(), Parent = _desk.Region, Month = _desk.Month() };
        Assert.Equal(2, (await Desk.RunAsync(Finance.IssueHours(november)))[^1].Summary.Changed);
        Assert.Equal(240, (await _desk.HoursAsync(left)).Issued.Value);
    }

    [Fact]
    public async Task A_run_that_goes_on_later_is_judged_by_the_day_on_which_it_began()
    {
        var run = new IssueHoursRequest { RequestId = Desk.Id(), Parent = _desk.Region, Month = _desk.Month() };
        DateOnly born = new(1946, 10, 20);
        await _desk.Elders().RegisterElderAsync(new RegisterElderRequest
        {
            RequestId = Desk.Id(), Parent = _desk.Region, DisplayName = "李奶奶", BirthDate = born.ToContract(),
            Difficulties = { Difficulty.LivesAlone, Difficulty.EmptyNest },
        });
        Assert.Equal(0, (await Desk.RunAsync(Finance.IssueHours(run)))[^1].Summary.Changed);
        // Move to the elder's 80th birthday. On the day of the run the elder was 79.
        await _desk.AdvanceToAsync(ChinaTime.StartOf(born.AddYears(80)).AddHours(9));

        Assert.Equal(0, (await Desk.RunAsync(Finance.IssueHours(run)))[^1].Summary.Changed);
        Assert.Equal(1, (await Desk.RunAsync(Finance.IssueHours(new IssueHoursRequest(run) { RequestId = Desk.Id() })))[^1]
            .Summary.Changed);
    }

    [Fact]
    public async Task Vouchers_of_a_run_that_began_in_time_are_issued_when_the_month_is_over()
    {
        string fund = await _desk.FundAsync("lottery", 1_000_000), meals = await _desk.FundedAsync(_desk.Meals("meals"), (fund, 48_000));
        await _desk.RegisterElderAsync();
        await _desk.AdvanceToAsync(LastMinute);
        string run = Desk.Id();
        Assert.Equal(1, (await _desk.IssueAsync(meals, run))[^1].Summary.Changed);
        string left = await _desk.RegisterElderAsync();
        await _desk.AdvanceAsync(TimeSpan.FromMinutes(2));

        RunSummary rest = (await _desk.IssueAsync(meals, run))[^1].Summary;

        Assert.Equal((2, 2, 0, 20), (rest.Total, rest.Changed, rest.Skipped, rest.Amounts[0].Value));
        Voucher voucher = await _desk.VoucherOfAsync(left, meals);
        Assert.Equal((31, 31, 28), (voucher.ValidFrom.Day, voucher.UseBy.Day, voucher.ClaimBy.Day));
        Assert.Equal(2, (await _desk.IssueAsync(meals, run))[^1].Summary.Changed);
        await ((Func<Task>)(() => _desk.IssueAsync(meals))).IsRefusedAsync(Reason.MonthNotCurrent);
        Assert.Equal(24_000, (await _desk.Auditor.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = meals }))
            .Available.Value);
    }

    [Fact]
    public async Task Who_hangs_up_on_a_run_breaks_it_off_before_its_next_page_and_can_call_it_again()
    {
        const int elders = 701, page = 500;
        string fund = await _desk.FundAsync("lottery", 100_000_000),
            meals = await _desk.FundedAsync(_desk.Meals("meals"), (fund, elders * 12_000));
        // Register a few at a time: SQLite writes one at a time, and the last of many would time out.
        foreach (int[] some in Enumerable.Range(0, elders).Chunk(20)) await Task.WhenAll(some.Select(_ => _desk.RegisterElderAsync()));
        using var log = new RecordedLog(_server.Services, LogLevel.Error);
        var run = new IssueVouchersRequest { RequestId = Desk.Id(), Programme = meals, Month = Desk.October };

        // The first time while the run begins, the second time while it issues its first page.
        for (int times = 0; times < 2; times++)
        {
            Assert.Equal("CALL_CANCELLED", await HangUp.WhileItWritesAsync(
                _server, "/timebank.v1.VoucherService/IssueVouchers", gone => _desk.Vouchers.IssueVouchers(run, cancellationToken: gone)));
        }

        Assert.InRange(await IssuedAsync(), 0, page);
        RunSummary rest = (await _desk.IssueAsync(meals, run.RequestId))[^1].Summary;
        Assert.Equal((elders, elders, elders * 10), (rest.Total, rest.Changed, rest.Amounts[0].Value));
        Assert.Equal(elders, await IssuedAsync());
        Assert.Empty(log.Lines);

        async Task<int> IssuedAsync() => (await _desk.Vouchers.ListVouchersAsync(
            new ListVouchersRequest { Parent = _desk.Region, Programme = meals, PageSize = 1_000 })).Vouchers.Count;
    }
}
