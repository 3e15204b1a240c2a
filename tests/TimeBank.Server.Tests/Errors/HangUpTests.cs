using Microsoft.Extensions.Logging;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

/// <summary>
/// Callers who hang up on a run in the middle. The server says CALL_CANCELLED to its figures and nothing to its log; the same request id
/// carries the run to its end, and nothing happens twice. Each run has its own region; the class has its own server, since it moves the
/// clock.
/// </summary>
public sealed class HangUpTests(TestServer server) : IClassFixture<TestServer>
{
    private const int People = 3;

    [Fact]
    public async Task Vouchers_are_issued_once()
    {
        var desk = new Desk(server, "430102");
        string programme = await MealsAsync(desk);
        var run = new IssueVouchersRequest { RequestId = Id(), Programme = programme, Month = desk.Month() };

        RunSummary did = await BrokenOffAsync(
            "VoucherService/IssueVouchers", gone => desk.Vouchers.IssueVouchers(run, cancellationToken: gone));

        Assert.Equal((People, People, 10 * People), (did.Total, did.Changed, did.Amounts[0].Value));
        Assert.Equal(People, (await desk.Vouchers.ListVouchersAsync(new ListVouchersRequest { Parent = desk.Region })).Vouchers.Count);
        run.ValidateOnly = true;
        RunSummary would = (await RunAsync(desk.Vouchers.IssueVouchers(new IssueVouchersRequest(run) { RequestId = Id() })))[^1].Summary;
        Assert.Equal("ALREADY_ISSUED", Assert.Single(would.SkippedByReason).Reason);
    }

    [Fact]
    public async Task Hours_are_issued_once_and_end_once()
    {
        var desk = new Desk(server, "430103");
        string[] elders = [.. await Task.WhenAll(Enumerable.Range(0, People).Select(_ => desk.RegisterAsync()))];
        ElderService.ElderServiceClient finance = desk.Elders(Role.FinanceMaker);
        var issue = new IssueHoursRequest { RequestId = Id(), Parent = desk.Region, Month = desk.Month() };

        RunSummary issued = await BrokenOffAsync(
            "ElderService/IssueHours", gone => finance.IssueHours(issue, cancellationToken: gone));

        Assert.Equal((People, People, 240 * People), (issued.Total, issued.Changed, issued.Amounts[0].Value));
        Assert.All(await HeldAsync(desk, elders), minutes => Assert.Equal(240, minutes));

        await NextMonthAsync(desk, day: 2);
        var expire = new ExpireHoursRequest { RequestId = Id(), Parent = desk.Region };

        RunSummary ended = await BrokenOffAsync(
            "ElderService/ExpireHours", gone => finance.ExpireHours(expire, cancellationToken: gone), findsWhatItDid: false);

        Assert.Equal(People, ended.Total);
        Assert.All(await HeldAsync(desk, elders), minutes => Assert.Equal(0, minutes));
    }

    [Fact]
    public async Task Vouchers_expire_once_and_what_is_unspent_goes_back_once()
    {
        var desk = new Desk(server, "430104");
        string programme = await MealsAsync(desk);
        await RunAsync(desk.Vouchers.IssueVouchers(
            new IssueVouchersRequest { RequestId = Id(), Programme = programme, Month = desk.Month() }));
        await NextMonthAsync(desk, day: 29);
        var expire = new ExpireVouchersRequest { RequestId = Id(), Parent = desk.Region };

        RunSummary expired = await BrokenOffAsync(
            "VoucherService/ExpireVouchers", gone => desk.Vouchers.ExpireVouchers(expire, cancellationToken: gone));

        Assert.Equal((People, People, 10 * People), (expired.Total, expired.Changed, expired.Amounts[0].Value));

        var giveBack = new ReturnUnspentFundsRequest { RequestId = Id(), Parent = desk.Region };
        RunSummary returned = await BrokenOffAsync(
            "FundService/ReturnUnspentFunds", gone => desk.Maker.ReturnUnspentFunds(giveBack, cancellationToken: gone));

        Assert.Equal((1, 1, 100_000), (returned.Total, returned.Changed, returned.Amounts[0].Value));
        FundReport fund = await desk.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = $"{desk.Region}/funds/lottery" });
        Assert.Equal(150_000, fund.Available.Value);
    }

    [Fact]
    public async Task People_are_looked_for_once()
    {
        var desk = new Desk(server, "430111");
        await MealsAsync(desk);
        ElderService.ElderServiceClient finance = desk.Elders(Role.FinanceMaker);
        var run = new RunOutreachRequest { RequestId = Id(), Parent = desk.Region };

        RunSummary found = await BrokenOffAsync(
            "ElderService/RunOutreach", gone => finance.RunOutreach(run, cancellationToken: gone));

        Assert.Equal((People, People), (found.Total, found.Findings.Sum(one => one.Count)));
        Assert.Equal(
            found.OutreachRun,
            Assert.Single((await finance.ListOutreachRunsAsync(new ListOutreachRunsRequest { Parent = desk.Region })).Runs).Name);
    }

    [Fact]
    public async Task A_journal_is_followed_until_its_follower_hangs_up()
    {
        await server.WriteAsync(1);
        using var log = new RecordedLog(server.Services, LogLevel.Error);
        var auditor = new LedgerService.LedgerServiceClient(server.As(Role.Auditor));
        var follow = new FollowJournalRequest { Parent = $"regions/{TestServer.Tianyuan}" };

        Assert.Equal("CALL_CANCELLED", await HangUp.AfterTheFirstMessageAsync(
            server, "/timebank.v1.LedgerService/FollowJournal", gone => auditor.FollowJournal(follow, cancellationToken: gone)));
        Assert.Empty(log.Lines);
    }

    /// <summary>Calls a run, hangs up while it waits for the writer, and calls it twice more.</summary>
    /// <returns>The summary of both later calls.</returns>
    /// <param name="findsWhatItDid">False: who looks again finds nothing left to do, and says so.</param>
    private async Task<RunSummary> BrokenOffAsync(
        string method, Func<CancellationToken, Grpc.Core.AsyncServerStreamingCall<RunProgress>> call, bool findsWhatItDid = true)
    {
        using var log = new RecordedLog(server.Services, LogLevel.Error);

        Assert.Equal("CALL_CANCELLED", await HangUp.WhileItWritesAsync(server, $"/timebank.v1.{method}", call));

        RunSummary rest = (await RunAsync(call(CancellationToken.None)))[^1].Summary,
            again = (await RunAsync(call(CancellationToken.None)))[^1].Summary;
        if (!findsWhatItDid) Assert.Equal((rest.Total, 0, 0), (again.Total, again.Changed, again.Amounts.Count));
        else Assert.Equal(
            (rest.Total, rest.Changed, rest.Amounts, rest.Returns, rest.OutreachRun),
            (again.Total, again.Changed, again.Amounts, again.Returns, again.OutreachRun));
        Assert.Empty(log.Lines);
        return rest;
    }

    /// <summary>Three elders of 86 and a programme with money for all of them; the fund keeps 50,000 fen.</summary>
    private static async Task<string> MealsAsync(Desk desk)
    {
        string fund = await desk.FundAsync("lottery", 150_000), programme = await desk.FundedAsync(desk.Meals("meals"), (fund, 100_000));
        for (int at = 0; at < People; at++) await desk.RegisterElderAsync();
        return programme;
    }

    private static Task NextMonthAsync(Desk desk, int day)
    {
        DateOnly month = new DateOnly(desk.Today.Year, desk.Today.Month, 1).AddMonths(1);
        return desk.AdvanceToAsync(ChinaTime.StartOf(month.AddDays(day - 1)).AddHours(9));
    }

    /// <summary>The issued minutes that the journal still has of each, whatever is shown of them.</summary>
    private async Task<long[]> HeldAsync(Desk desk, string[] elders)
    {
        var auditor = new LedgerService.LedgerServiceClient(server.As(Role.Auditor, regions: desk.Region.Split('/')[1]));
        return [.. await Task.WhenAll(elders.Select(async elder => (await auditor.GetAccountAsync(new GetAccountRequest
        {
            Name = $"{desk.Region}/accounts/person/{elder.Split('/')[^1]}/hours/issued",
        })).Balance.Amount.Value))];
    }
}
