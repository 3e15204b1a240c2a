using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Expiry runs. The class has its own server, because it moves the clock past the month's end.</summary>
public sealed class ExpiryTests : IAsyncLifetime
{
    private readonly TestServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_no_provider_claims_in_time_goes_back_once_and_the_month_ties()
    {
        var desk = new Desk(_server);
        string fund = await desk.FundAsync("lottery", 1_000_000);
        string meals = await desk.FundedAsync(desk.Meals("meals"), (fund, 24_000)),
            national = await desk.FundedAsync(desk.National("national"), (fund, 160_000));
        string elder = await desk.RegisterElderAsync(points: 40), other = await desk.RegisterElderAsync(points: 40);
        string canteen = await desk.ProviderAsync(V1.ServiceType.Meal), carer = await desk.ProviderAsync(V1.ServiceType.Care);
        await desk.IssueAsync(meals);
        await desk.IssueAsync(national);
        Voucher meal = await desk.VoucherOfAsync(elder, meals), money = await desk.VoucherOfAsync(elder, national);
        await desk.Clerk(carer).RedeemVoucherAsync(desk.Care(money.Name, carer));
        await MoveToAsync(2026, 11, 28);
        RedeemVoucherRequest late = desk.Lunch(meal.Name, canteen);
        await desk.Clerk(canteen).RedeemVoucherAsync(late).IsRefusedAsync(Reason.VoucherExpired);
        late.ServiceDate = new Date { Year = 2026, Month = 10, Day = 31 };
        late.RequestId = Desk.Id();
        await desk.Clerk(canteen).RedeemVoucherAsync(late);
        Assert.Equal(0, (await ExpireAsync(desk, Desk.Id())).Changed);

        await MoveToAsync(2026, 11, 29);
        string request = Desk.Id();
        RunSummary run = await ExpireAsync(desk, request), again = await ExpireAsync(desk, request),
            third = await ExpireAsync(desk, Desk.Id());

        Assert.Equal((4, 4, 0), (run.Changed, again.Changed, third.Changed));
        Assert.Equal([("CNY", 157_000), ("MEAL", 19)], run.Amounts.Select(amount => (amount.Unit, amount.Value)));
        Assert.Equal(run.Amounts, again.Amounts);
        Assert.Equal(VoucherState.Expired, (await desk.VoucherOfAsync(other, meals)).State);
        ProgrammeReport report = await desk.Auditor.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = meals });
        Assert.Equal((20, 1, 19, 0),
            (report.Units.Issued.Value, report.Units.Redeemed.Value, report.Units.Expired.Value, report.Units.Remaining.Value));
        Assert.Equal((24_000, 1_000, 200, 22_800),
            (report.Money.Issued.Value, report.Money.Redeemed.Value, report.Money.Released.Value, report.Money.Expired.Value));
        Assert.Equal(23_000, report.Available.Value);
        await _server.TrialBalanceAsync();
    }

    private static async Task<RunSummary> ExpireAsync(Desk desk, string request) =>
        (await Desk.RunAsync(
            desk.Vouchers.ExpireVouchers(new ExpireVouchersRequest { RequestId = request, Parent = desk.Region })))[^1].Summary;

    private async Task MoveToAsync(int year, int month, int day) =>
        await new ScenarioService.ScenarioServiceClient(_server.As(Role.Administrator)).AdvanceClockAsync(new AdvanceClockRequest
        {
            RequestId = new Guid(year, (short)month, (short)day, new byte[8]).ToString("D"),
            To = Timestamp.FromDateTimeOffset(ChinaTime.StartOf(new DateOnly(year, month, day)).AddHours(8)),
        });
}
