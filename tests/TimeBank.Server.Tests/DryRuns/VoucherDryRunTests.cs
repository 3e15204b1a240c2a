using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// Commands on vouchers and their money: a dry run first, then the command under the same request id. The class has its own server, because
/// it moves the clock past the month's end.
/// </summary>
public sealed class VoucherDryRunTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private Desk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _desk = new Desk(_server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Receipts_and_allotments_answer_with_what_there_would_be()
    {
        string fund = await _desk.FundAsync("lottery", 1_000);
        RecordReceiptRequest receipt = _desk.Receipt(fund, 500);
        RecordReceiptResponse would =
            await _server.TriedAsync(() =>
            _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(receipt) { ValidateOnly = true }).ResponseAsync);
        RecordReceiptResponse received = await _desk.Maker.RecordReceiptAsync(receipt);
        Assert.Equal(("", 1_500, received.Fund), (would.Entry, would.Fund.Available.Value, would.Fund));
        Assert.Equal(received.Fund, (await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(receipt) { ValidateOnly = true })).Fund);

        string programme = await _desk.FundedAsync(_desk.Meals("meals"), (fund, 100));
        AllotFundsRequest allotment = _desk.Allotment(programme, (fund, 300));
        AllotFundsResponse allots = await _server.TriedAsync(
            () => _desk.Maker.AllotFundsAsync(new AllotFundsRequest(allotment) { ValidateOnly = true }).ResponseAsync);
        AllotFundsResponse allotted = await _desk.Maker.AllotFundsAsync(allotment);
        Assert.Equal(("", 400), (allots.Entry, allots.Programme.Available.Value));
        Assert.Equal((allotted.Programme, allotted.Lines), (allots.Programme, allots.Lines));
    }

    [Fact]
    public async Task An_issue_run_counts_what_it_would_issue_then_issues_it_and_expires_in_the_same_way()
    {
        string fund = await _desk.FundAsync("lottery", 1_000_000),
            programme = await _desk.FundedAsync(_desk.Meals("meals"), (fund, 12_000));
        await _desk.RegisterElderAsync();
        await _desk.RegisterElderAsync();
        var issue = new IssueVouchersRequest { RequestId = Desk.Id(), Programme = programme, Month = Desk.October };
        var asks = new IssueVouchersRequest(issue) { ValidateOnly = true };

        await _server.TriedAsync(async () =>
        {
            await ((Func<Task>)(() => Desk.RunAsync(_desk.Vouchers.IssueVouchers(asks)))).IsRefusedAsync(Reason.ProgrammeUnderfunded);
            return 0;
        });
        await _desk.Maker.AllotFundsAsync(_desk.Allotment(programme, (fund, 12_000)));
        List<RunProgress> would = await _server.TriedAsync(() => Desk.RunAsync(_desk.Vouchers.IssueVouchers(asks)));
        List<RunProgress> done = await Desk.RunAsync(_desk.Vouchers.IssueVouchers(issue));
        Same(done, would);
        Assert.Equal((2, 20), (would[^1].Summary.Changed, would[^1].Summary.Amounts.Single().Value));
        Same(done, await _server.TriedAsync(() => Desk.RunAsync(_desk.Vouchers.IssueVouchers(asks))));

        await MoveToAsync(new DateOnly(2026, 11, 29));
        var expire = new ExpireVouchersRequest { RequestId = Desk.Id(), Parent = _desk.Region };
        List<RunProgress> expires = await _server.TriedAsync(
            () => Desk.RunAsync(_desk.Vouchers.ExpireVouchers(new ExpireVouchersRequest(expire) { ValidateOnly = true })));
        Assert.Equal((2, 20), (expires[^1].Summary.Changed, expires[^1].Summary.Amounts.Single().Value));
        Same(await Desk.RunAsync(_desk.Vouchers.ExpireVouchers(expire)), expires);
        Same(expires, await _server.TriedAsync(
            () => Desk.RunAsync(_desk.Vouchers.ExpireVouchers(new ExpireVouchersRequest(expire) { ValidateOnly = true }))));
        var unknown = new ExpireVouchersRequest(expire)
        {
            RequestId = Desk.Id(), Programme = $"{_desk.Region}/programmes/nothing",
            ValidateOnly = true
        };
        await ((Func<Task>)(() => Desk.RunAsync(_desk.Vouchers.ExpireVouchers(unknown)))).IsRefusedAsync(Reason.ProgrammeNotFound);
    }

    [Fact]
    public async Task A_void_shows_the_voucher_as_it_would_be()
    {
        string fund = await _desk.FundAsync("lottery", 100_000), programme = await _desk.FundedAsync(_desk.Meals("meals"), (fund, 12_000)),
            elder = await _desk.RegisterElderAsync();
        await _desk.IssueAsync(programme);
        Voucher voucher = await _desk.VoucherOfAsync(elder, programme);
        var request = new VoidVoucherRequest { RequestId = Desk.Id(), Voucher = voucher.Name, Memo = "迁出" };
        var asks = new VoidVoucherRequest(request) { ValidateOnly = true };

        VoidVoucherResponse would = await _server.TriedAsync(() => _desk.Vouchers.VoidVoucherAsync(asks).ResponseAsync);

        Assert.Equal(voucher, await _desk.VoucherOfAsync(elder, programme));
        VoidVoucherResponse done = await _desk.Vouchers.VoidVoucherAsync(request);
        Assert.Equal(("", done.Voucher), (would.Entry, would.Voucher));
        Assert.Equal(would, await _desk.Vouchers.VoidVoucherAsync(asks));
        await _desk.Vouchers.VoidVoucherAsync(new VoidVoucherRequest(asks) { Memo = "another" }).IsRefusedAsync(Reason.RequestIdReused);
        VoidVoucherRequest late = new(asks) { RequestId = Desk.Id() };
        await _server.TriedAsync(async () =>
        {
            await _desk.Vouchers.VoidVoucherAsync(late).IsRefusedAsync(Reason.VoucherVoided);
            return 0;
        });
    }

    /// <summary>Asserts that two runs report the same steps and figures; only their times may differ.</summary>
    private static void Same(List<RunProgress> done, List<RunProgress> would)
    {
        foreach (RunSummary summary in new[] { done[^1].Summary, would[^1].Summary }) (summary.StartTime, summary.EndTime) = (null, null);
        Assert.Equal(done[^1], would[^1]);
    }

    private async Task MoveToAsync(DateOnly day) => await new ScenarioService.ScenarioServiceClient(_server.As(Role.Administrator))
        .AdvanceClockAsync(
        new AdvanceClockRequest { RequestId = Desk.Id(), To = Timestamp.FromDateTimeOffset(ChinaTime.StartOf(day).AddHours(8)) });
}
