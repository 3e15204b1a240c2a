using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>What must be equal is, after all that can happen to vouchers and payments; what was tampered with is named.</summary>
public sealed class FiveLegsTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Region = "430211";

    private readonly Desk _desk = new(server, Region);

    [Fact]
    public async Task Legs_tie_after_a_month_and_name_what_was_tampered_with()
    {
        string fund = await _desk.FundAsync("legs", 10_000_000);
        string programme = await _desk.FundedAsync(_desk.Meals("legs-meals"), (fund, 5_000_000));
        string elder = await _desk.RegisterElderAsync(), other = await _desk.RegisterElderAsync();
        await _desk.IssueAsync(programme);
        string voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        string provider = await _desk.ProviderAsync(V1.ServiceType.Meal);
        V1.Redemption first = (await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider, 900))).Redemption;
        await _desk.Clerk(provider).RedeemVoucherAsync(_desk.Lunch(voucher, provider, 1_000));
        await _desk.Clerk(provider).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = first.Name, Memo = "back" });
        await PayeeSeed.WriteAsync(server.Services, provider);
        SettlementBatch batch = (await Maker.PrepareBatchAsync(
            new PrepareBatchRequest { RequestId = Desk.Id(), Parent = _desk.Region })).Batch;
        await Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        await Checker.ApproveBatchAsync(new ApproveBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        _ = other;

        DailyReport report = await ReportAsync();

        Assert.All(report.Lines, line => Assert.True(line.Ties, $"{line}"));
        string providerId = provider.Split('/')[^1], batchId = batch.Name.Split('/')[^1];
        Assert.Contains(report.Lines, line =>
            // Elders of other tests in this region may get one too.
            line is { Leg: V1.ReportLeg.Issued, Account: "programme/legs-meals/units", Left: >= 2, Right: >= 2 });
        Assert.Contains(report.Lines, line => line is { Leg: V1.ReportLeg.Held, Account: "programme/legs-meals/committed", Left: > 0 });
        Assert.Contains(report.Lines,
            line => line.Leg == V1.ReportLeg.Redeemed && line.Account == $"provider/{providerId}/payable" && line.Left == 1_000);
        Assert.Contains(report.Lines,
            line => line.Leg == V1.ReportLeg.Paid && line.Account == $"settlement/{batchId}" && line.Left == 1_000);
        Assert.Contains(report.Lines, line => line is { Leg: V1.ReportLeg.Whole, Unit: "CNY" });

        // Somebody with the database changes a batch's amount, and a price that a voucher was bound with.
        Execute(
            """
            UPDATE grain_state SET payload = replace(payload, '"amountFen":1000', '"amountFen":1001') WHERE state_name = 'settlement'
            """);
        Execute(
            $"""
            UPDATE accounts SET data = replace(data, '"unitPriceFen":', '"unitPriceFen":1')
            WHERE path = 'voucher/{voucher.Split('/')[^1]}'
            """);
        ReportLine[] wrong = [.. (await ReportAsync()).Lines.Where(line => !line.Ties)];
        Assert.Equal([$"programme/legs-meals/committed", $"settlement/{batchId}"], wrong.Select(line => line.Account));
        Assert.Equal(1_001, wrong[1].Left);
    }

    [Fact]
    public async Task Hours_that_orders_wait_for_are_the_hours_on_hold()
    {
        await _desk.AcceptedAsync(await _desk.RegisterWithHoursAsync(), await _desk.EnrolAsync());
        ReportLine held = await HeldAsync();
        Assert.Equal((120, 120, true), (held.Left, held.Right, held.Ties));

        Execute(
            """
            UPDATE grain_state SET payload = replace(payload, '"plannedMinutes":120', '"plannedMinutes":90') WHERE state_name = 'order'
            """);

        ReportLine wrong = await HeldAsync();
        Assert.Equal((90, 120, false), (wrong.Left, wrong.Right, wrong.Ties));
        Execute(
            """
            UPDATE grain_state SET payload = replace(payload, '"plannedMinutes":90', '"plannedMinutes":120') WHERE state_name = 'order'
            """);
    }

    [Fact]
    public async Task Days_run_forward_and_not_into_the_future()
    {
        Date today = Desk.DateOf(_desk.Today), yesterday = Desk.DateOf(_desk.Today.AddDays(-1));
        await Auditor.GetDailyReportAsync(new GetDailyReportRequest { Parent = _desk.Region, FirstDate = today, LastDate = yesterday })
            .IsRefusedAsync(Reason.InvalidField, "last_date");
        await Auditor.GetDailyReportAsync(new GetDailyReportRequest { Parent = _desk.Region })
            .IsRefusedAsync(Reason.InvalidField, "first_date");
        await Auditor.GetDailyReportAsync(new GetDailyReportRequest
        {
            Parent = _desk.Region, FirstDate = Desk.DateOf(_desk.Today.AddDays(1)),
        }).IsRefusedAsync(Reason.InvalidField, "first_date");
    }

    private async Task<ReportLine> HeldAsync() => Assert.Single(
        (await ReportAsync()).Lines, line => line is { Leg: V1.ReportLeg.Held, Unit: "MIN" });

    private async Task<DailyReport> ReportAsync() => await Auditor.GetDailyReportAsync(
        new GetDailyReportRequest { Parent = _desk.Region, FirstDate = Desk.DateOf(_desk.Today) });

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(server.Data, "timebank.db")};Pooling=false");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private SettlementService.SettlementServiceClient Maker { get; } = new(server.As(Role.FinanceMaker, subject: "maker", regions: Region));

    private SettlementService.SettlementServiceClient Checker { get; } =
        new(server.As(Role.FinanceChecker, subject: "checker", regions: Region));

    private PeriodService.PeriodServiceClient Auditor { get; } = new(server.As(Role.Auditor, regions: Region));
}
