using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// An ended voucher stays ended, and what is taken back of it goes on to its programme: a service that wasn't given is never the
/// provider's. A reversed issue counts as never made. The class has its own server, because it moves the clock past the month's end.
/// </summary>
public sealed class EndedVoucherTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private Desk _desk = null!;
    private string _fund = "", _meals = "", _elder = "", _canteen = "";

    private LedgerService.LedgerServiceClient Finance => new(_server.As(Role.FinanceMaker));

    private ElderService.ElderServiceClient Elders => new(_server.As(Role.FinanceMaker));

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _desk = new Desk(_server);
        _fund = await _desk.FundAsync("lottery", 1_000_000);
        _meals = await _desk.FundedAsync(_desk.Meals("meals"), (_fund, 24_000));
        _elder = await _desk.RegisterElderAsync();
        _canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_voided_voucher_stays_voided_whatever_is_reversed()
    {
        await _desk.IssueAsync(_meals);
        Voucher voucher = await _desk.VoucherOfAsync(_elder, _meals);
        string redemption = (await _desk.Clerk(_canteen).RedeemVoucherAsync(_desk.Lunch(voucher.Name, _canteen))).Redemption.Entry;
        VoidVoucherResponse voided = await _desk.Vouchers.VoidVoucherAsync(
            new VoidVoucherRequest { RequestId = Desk.Id(), Voucher = voucher.Name, Memo = "搬走" });
        string before = await _server.TrialBalanceAsync();
        ReverseRequest again = Reversal(redemption);
        Entry would = await Finance.ReverseAsync(new ReverseRequest(again) { ValidateOnly = true });
        Assert.Equal(before, await _server.TrialBalanceAsync());

        // The voucher was refused its money once. Then the provider kept what it hadn't given.
        Entry done = await Finance.ReverseAsync(again);

        Assert.Equal((redemption, would.Transfers), (done.Reverses, done.Transfers));
        Assert.Equal(done, await Finance.ReverseAsync(again));
        await IsBackAsync(voucher, VoucherState.Voided);
        before = await _server.TrialBalanceAsync();
        await Finance.ReverseAsync(Reversal(redemption)).IsRefusedAsync(Reason.EntryAlreadyReversed);
        await Finance.ReverseAsync(Reversal(voided.Entry)).IsRefusedAsync(Reason.EntryNotReversible);
        await Finance.ReverseAsync(Reversal(voucher.IssueEntry)).IsRefusedAsync(Reason.InsufficientBalance);

        Assert.Equal(before, await _server.TrialBalanceAsync());
        await _desk.Clerk(_canteen).RedeemVoucherAsync(_desk.Lunch(voucher.Name, _canteen)).IsRefusedAsync(Reason.VoucherVoided);
        Assert.Equal(0, (await _desk.IssueAsync(_meals))[^1].Summary.Changed);
    }

    [Fact]
    public async Task A_dead_elders_voucher_pays_for_services_up_to_the_day_of_the_death_and_for_none_after_it()
    {
        await _desk.IssueAsync(_meals);
        string voucher = (await _desk.VoucherOfAsync(_elder, _meals)).Name;
        await _desk.AdvanceToAsync(ChinaTime.StartOf(new DateOnly(2026, 10, 9)).AddHours(9));
        RedeemVoucherRequest before = Lunch(7), onTheDay = Lunch(8), after = Lunch(9);
        await _desk.Clerk(_canteen).RedeemVoucherAsync(before);
        await _desk.Elders().ImportNoticesAsync(new ImportNoticesRequest
        {
            RequestId = Desk.Id(), Parent = _desk.Region, Source = "civil-affairs",
            Lines =
            {
                new NoticeLine
                {
                    Number = 1, Key = "1", Elder = _elder, Kind = NoticeKind.Deceased,
                    Date = new() { Year = 2026, Month = 10, Day = 8 },
                },
            },
        });

        await _desk.Clerk(_canteen).RedeemVoucherAsync(new RedeemVoucherRequest(after) { ValidateOnly = true })
            .IsRefusedAsync(Reason.ElderDeceased);
        await _desk.Clerk(_canteen).RedeemVoucherAsync(after).IsRefusedAsync(Reason.ElderDeceased);
        await _desk.Clerk(_canteen).RedeemVoucherAsync(after).IsRefusedAsync(Reason.ElderDeceased);
        await _desk.Clerk(_canteen).RedeemVoucherAsync(onTheDay);
        await _desk.Clerk(_canteen).PayBillAsync(new PayBillRequest
        {
            RequestId = Desk.Id(), Elder = _elder, Provider = _canteen, Place = V1.ServicePlace.Home, ServiceDate = after.ServiceDate,
            Vouchers = { voucher }, Lines = { new V1.BillLine { Item = "meal-canteen", Quantity = 1, Price = Desk.Fen(1_000) } },
        }).IsRefusedAsync(Reason.ElderDeceased);

        Assert.Equal(8, (await _desk.VoucherOfAsync(_elder, _meals)).Remaining.Value);

        RedeemVoucherRequest Lunch(int day)
        {
            RedeemVoucherRequest lunch = _desk.Lunch(voucher, _canteen);
            lunch.ServiceDate = new() { Year = 2026, Month = 10, Day = day };
            return lunch;
        }
    }

    [Fact]
    public async Task An_expired_voucher_stays_expired_whatever_is_reversed()
    {
        await _desk.IssueAsync(_meals);
        Voucher voucher = await _desk.VoucherOfAsync(_elder, _meals);
        string redemption = (await _desk.Clerk(_canteen).RedeemVoucherAsync(_desk.Lunch(voucher.Name, _canteen))).Redemption.Entry;
        await MoveToAsync(2026, 11, 29);
        RedeemVoucherRequest late = _desk.Lunch(voucher.Name, _canteen);
        late.ServiceDate = new Date { Year = 2026, Month = 10, Day = 31 };
        RpcException early = await Assert.ThrowsAsync<RpcException>(async () => await _desk.Clerk(_canteen).RedeemVoucherAsync(late));
        Google.Rpc.ErrorInfo before = early.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!;
        await Desk.RunAsync(
            _desk.Vouchers.ExpireVouchers(new ExpireVouchersRequest { RequestId = Desk.Id(), Parent = _desk.Region }));
        Entry expiry = (await Finance.ListEntriesAsync(new ListEntriesRequest { Parent = _desk.Region, Code = "EXPIRE_VOUCHER" }))
            .Entries.Single();

        await Finance.ReverseAsync(Reversal(redemption));
        await Finance.ReverseAsync(Reversal(expiry.Name)).IsRefusedAsync(Reason.EntryNotReversible);

        await IsBackAsync(voucher, VoucherState.Expired);
        // The refusal names the claim-by day, also after the run has expired the voucher.
        late.RequestId = Desk.Id();
        RpcException after = await Assert.ThrowsAsync<RpcException>(async () => await _desk.Clerk(_canteen).RedeemVoucherAsync(late));
        Assert.Equal((before.Reason, before.Metadata["date"]), ("VOUCHER_CLAIM_BY_PASSED", "2026-11-28"));
        Google.Rpc.ErrorInfo info = after.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!;
        Assert.Equal((before.Reason, before.Metadata["date"]), (info.Reason, info.Metadata["date"]));
    }

    /// <summary>
    /// A meal of 30 October was never given. The elder complains within the days to claim; staff agree when those are over, the vouchers
    /// have expired and what was left has gone back to the fund.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_complaint_is_right_about_is_not_paid_however_late_it_is_answered(bool isOnBill)
    {
        await PayeeSeed.WriteAsync(_server.Services, _canteen);
        await _desk.IssueAsync(_meals);
        Voucher voucher = await _desk.VoucherOfAsync(_elder, _meals);
        await MoveToAsync(2026, 10, 30);
        VoucherService.VoucherServiceClient clerk = _desk.Clerk(_canteen);
        var bill = new PayBillRequest
        {
            RequestId = Desk.Id(), Elder = _elder, Provider = _canteen, Place = V1.ServicePlace.Home, Vouchers = { voucher.Name },
            Lines = { BillDesk.Line("meal-canteen", 1, 1_000), BillDesk.Line("meal-canteen", 1, 900) },
        };
        string paid = isOnBill ? (await clerk.PayBillAsync(bill)).Bill.Name
            : (await clerk.RedeemVoucherAsync(_desk.Lunch(voucher.Name, _canteen))).Redemption.Name;
        await MoveToAsync(2026, 11, 25);
        Complaint filed = await new ComplaintService.ComplaintServiceClient(_server.As(Role.Elder, _elder)).FileComplaintAsync(
            new FileComplaintRequest
            {
                RequestId = Desk.Id(), Parent = _desk.Region, Subject = paid, Category = V1.ComplaintCategory.NotReceived, Words = "没有送到",
            });
        await MoveToAsync(2026, 12, 1);
        await Desk.RunAsync(
            _desk.Vouchers.ExpireVouchers(new ExpireVouchersRequest { RequestId = Desk.Id(), Parent = _desk.Region }));
        await ReturnAsync();
        Assert.Equal(0, (await ReportAsync()).Available.Value);

        string entry;
        if (isOnBill)
        {
            var back = new RefundBillRequest { RequestId = Desk.Id(), Bill = paid, Memo = "没有送到", Lines = { 1 } };
            RefundBillResponse first = await clerk.RefundBillAsync(back);
            Assert.Equal((1_000, 0), (first.Refunded.Value, Assert.Single(first.Vouchers).Remaining.Value));
            Assert.Equal(first, await clerk.RefundBillAsync(back));
            RefundBillRequest rest = new() { RequestId = Desk.Id(), Bill = paid, Memo = "没有送到" };
            entry = (await clerk.RefundBillAsync(rest)).Bill.RefundEntries[^1];
        }
        else
        {
            RefundRedemptionResponse back = await clerk.RefundRedemptionAsync(
                new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = paid, Memo = "没有送到" });
            Assert.Equal((RedemptionState.Refunded, 0), (back.Redemption.State, back.Remaining.Value));
            entry = back.Redemption.RefundEntry;
        }

        ComplaintService.ComplaintServiceClient office = new(_server.As(Role.FinanceChecker, subject: "office"));
        await office.AnswerComplaintAsync(new AnswerComplaintRequest { RequestId = Desk.Id(), Name = filed.Name, Words = "情况属实" });
        await office.CloseComplaintAsync(new CloseComplaintRequest { RequestId = Desk.Id(), Name = filed.Name, Entry = entry });
        await new SettlementService.SettlementServiceClient(_server.As(Role.FinanceMaker, subject: "maker"))
            .PrepareBatchAsync(new PrepareBatchRequest { RequestId = Desk.Id(), Parent = _desk.Region, Providers = { _canteen } })
            .IsRefusedAsync(Reason.NothingToSettle);
        await IsBackAsync(voucher, VoucherState.Expired);
        // It goes back to the fund, as what expired did.
        ProgrammeReport report = await ReportAsync();
        Assert.Equal((isOnBill ? 1_900 : 1_000, new Date { Year = 2026, Month = 12, Day = 4 }),
            (report.Available.Value, report.ReturnDueDate));
        await ReturnAsync();
        report = await ReportAsync();
        ReportTies.Check(report);
        Assert.Equal((0, 0), (report.Available.Value, report.Funds.Sum(line => line.Spent.Value)));
    }

    [Fact]
    public async Task A_redemption_of_a_voucher_that_lives_is_reversed_and_the_same_reversal_tried_first()
    {
        await _desk.IssueAsync(_meals);
        Voucher voucher = await _desk.VoucherOfAsync(_elder, _meals);
        string redemption = (await _desk.Clerk(_canteen).RedeemVoucherAsync(_desk.Lunch(voucher.Name, _canteen))).Redemption.Entry;
        ReverseRequest request = Reversal(redemption);

        Entry would = await _server.TriedAsync(async () => await Finance.ReverseAsync(new ReverseRequest(request) { ValidateOnly = true }));
        Entry done = await Finance.ReverseAsync(request);

        Assert.Equal(("", redemption, "REVERSE"), (would.Name, would.Reverses, would.Code));
        Assert.Equal(would.Transfers, done.Transfers);
        Assert.Equal(done, await Finance.ReverseAsync(request));
        Assert.Equal((VoucherState.Active, 10),
            (await _desk.VoucherOfAsync(_elder, _meals) is var now ? (now.State, now.Remaining.Value) : default));
        await Finance.ReverseAsync(Reversal(redemption)).IsRefusedAsync(Reason.EntryAlreadyReversed);
        await Finance.ReverseAsync(new ReverseRequest(request) { Memo = "else" }).IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task A_voucher_whose_issue_was_reversed_was_used_by_nobody_and_is_issued_again_once()
    {
        await _desk.IssueAsync(_meals, _desk.Id("first"));
        Voucher voucher = await _desk.VoucherOfAsync(_elder, _meals);
        await Finance.ReverseAsync(Reversal(voucher.IssueEntry));

        Voucher reversed = await _desk.VoucherOfAsync(_elder, _meals);
        Assert.Equal((VoucherState.Voided, 0), (reversed.State, reversed.Remaining.Value));
        await _desk.Clerk(_canteen).RedeemVoucherAsync(_desk.Lunch(voucher.Name, _canteen)).IsRefusedAsync(Reason.VoucherVoided);
        Assert.False((await EntitlementAsync(_meals)).Issued);
        // The run that issued it is over. A second call gets the same answer and issues nothing.
        Assert.Equal((1, 10), (await _desk.IssueAsync(_meals, _desk.Id("first")))[^1].Summary is var same
            ? (same.Changed, same.Amounts[0].Value) : default);
        Assert.False((await EntitlementAsync(_meals)).Issued);

        Assert.Equal(1, (await _desk.IssueAsync(_meals, _desk.Id("second")))[^1].Summary.Changed);
        Assert.Equal(0, (await _desk.IssueAsync(_meals))[^1].Summary.Changed);

        Assert.True((await EntitlementAsync(_meals)).Issued);
        Assert.Equal([10, 0], (await _desk.Vouchers.ListVouchersAsync(new ListVouchersRequest { Parent = _desk.Region, Elder = _elder }))
            .Vouchers.Select(one => one.Remaining.Value).OrderDescending());
        Assert.Equal(12_000, (await _desk.Auditor.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = _meals }))
            .Available.Value);
    }

    [Fact]
    public async Task Hours_whose_issue_was_reversed_are_not_issued_and_the_next_run_issues_them_once()
    {
        string elder = await _desk.RegisterAsync();
        var first = new IssueHoursRequest { RequestId = Desk.Id(), Parent = _desk.Region, Month = _desk.Month(), Elder = elder };
        await Desk.RunAsync(Elders.IssueHours(first));
        Entry issue = (await Finance.ListEntriesAsync(new ListEntriesRequest { Parent = _desk.Region, Code = "ISSUE_HOURS" }))
            .Entries.Single();
        await Finance.ReverseAsync(Reversal(issue.Name));

        Assert.False((await Elders.ListEntitlementsAsync(new ListEntitlementsRequest { Elder = elder })).Entitlements[0].Issued);
        Assert.Equal(1, (await Desk.RunAsync(Elders.IssueHours(first)))[^1].Summary.Changed);
        Assert.Equal(0, (await _desk.HoursAsync(elder)).Issued.Value);
        var second = new IssueHoursRequest(first) { RequestId = Desk.Id() };
        Assert.Equal(240, (await Desk.RunAsync(Elders.IssueHours(second)))[^1].Summary.Amounts[0].Value);
        await ((Func<Task>)(() => Desk.RunAsync(Elders.IssueHours(new IssueHoursRequest(first) { RequestId = Desk.Id() }))))
            .IsRefusedAsync(Reason.AlreadyIssued);
        Assert.True((await Elders.ListEntitlementsAsync(new ListEntitlementsRequest { Elder = elder })).Entitlements[0].Issued);
        Assert.Equal(240, (await _desk.HoursAsync(elder)).Issued.Value);
    }

    [Fact]
    public async Task Hours_that_have_ended_are_not_brought_back()
    {
        string elder = await _desk.RegisterWithHoursAsync();
        await MoveToAsync(2026, 11, 2);
        await Desk.RunAsync(Elders.ExpireHours(new ExpireHoursRequest { RequestId = Desk.Id(), Parent = _desk.Region }));
        Entry ended = (await Finance.ListEntriesAsync(new ListEntriesRequest { Parent = _desk.Region, Code = "EXPIRE_HOURS" }))
            .Entries.Single();

        await Finance.ReverseAsync(Reversal(ended.Name)).IsRefusedAsync(Reason.EntryNotReversible);

        // October's issue can't be reversed either: that would take November's hours.
        await Desk.RunAsync(
            Elders.IssueHours(new IssueHoursRequest { RequestId = Desk.Id(), Parent = _desk.Region, Month = _desk.Month() }));
        var issues = new ListEntriesRequest { Parent = _desk.Region, Code = "ISSUE_HOURS" };
        Entry october = (await Finance.ListEntriesAsync(issues)).Entries[0];
        await Finance.ReverseAsync(Reversal(october.Name)).IsRefusedAsync(Reason.EntryNotReversible);
        Assert.Equal(240, (await _desk.HoursAsync(elder)).Issued.Value);
    }

    /// <summary>The one meal that was paid is the programme's again, and reports and books know it.</summary>
    private async Task IsBackAsync(Voucher voucher, VoucherState state)
    {
        Voucher now = await _desk.VoucherOfAsync(_elder, _meals);
        Assert.Equal((voucher.Name, state, 0), (now.Name, now.State, now.Remaining.Value));
        Assert.Equal(0, (await _desk.ProviderClerk(_canteen).GetProviderAsync(new GetProviderRequest { Name = _canteen })).Payable.Value);
        ProgrammeReport report = await ReportAsync();
        ReportTies.Check(report);
        Assert.Equal((0, 0, 0), (report.Units.Redeemed.Value, report.Money.Redeemed.Value, report.Money.Remaining.Value));
    }

    private async Task<ProgrammeReport> ReportAsync() =>
        await _desk.Auditor.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = _meals });

    private async Task ReturnAsync() => await Desk.RunAsync(
        _desk.Maker.ReturnUnspentFunds(new ReturnUnspentFundsRequest { RequestId = Desk.Id(), Parent = _desk.Region }));

    private ReverseRequest Reversal(string entry) => new() { RequestId = Desk.Id(), Entry = entry, Memo = "记错" };

    private async Task<V1.Entitlement> EntitlementAsync(string programme) =>
        (await Elders.ListEntitlementsAsync(new ListEntitlementsRequest { Elder = _elder }))
            .Entitlements.Single(line => line.Programme == programme);

    private async Task MoveToAsync(int year, int month, int day) =>
        await new ScenarioService.ScenarioServiceClient(_server.As(Role.Administrator)).AdvanceClockAsync(new AdvanceClockRequest
        {
            RequestId = Desk.Id(), To = Timestamp.FromDateTimeOffset(ChinaTime.StartOf(new DateOnly(year, month, day)).AddHours(8)),
        });
}
