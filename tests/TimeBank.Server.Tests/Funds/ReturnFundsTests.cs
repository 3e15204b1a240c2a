using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Runs that return unused money. The class has its own server, because it moves the clock past the month's end.</summary>
public sealed class ReturnFundsTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private Desk _desk = null!;
    private string _lottery = "", _donation = "", _elder = "", _carer = "";

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _desk = new Desk(_server);
        _lottery = await _desk.FundAsync("lottery", 1_000_000);
        _donation = await _desk.FundAsync("donation", 1_000_000, V1.FundKind.Donation);
        _elder = await _desk.RegisterElderAsync(points: 40);
        _carer = await _desk.ProviderAsync(V1.ServiceType.Care);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task After_the_expiry_each_fund_gets_what_it_has_not_borne_and_imported_money_stays()
    {
        string national = await _desk.FundedAsync(_desk.National("national"), (_lottery, 60_000), (_donation, 20_001));
        await ImportAsync("national", 19_999);
        await _desk.IssueAsync(national);
        string voucher = (await _desk.VoucherOfAsync(_elder, national)).Name;
        await _desk.Clerk(_carer).RedeemVoucherAsync(_desk.Care(voucher, _carer, price: 9_600));
        await MoveToAsync(2026, 11, 29);
        Assert.Null((await ReportAsync(national)).ReturnDueDate);

        var early = Request(national);
        await ((Func<Task>)(() => RunAsync(early))).IsRefusedAsync(Reason.VouchersNotExpired);
        RunSummary left = await RunAsync(Request());
        Assert.Equal(("VOUCHERS_NOT_EXPIRED", 1), (left.SkippedByReason[0].Reason, left.Skipped));
        await ExpireAsync();

        // 4,800 of 100,000 fen were spent: 2,880 of 60,000, 960 of 20,001 and 960 of 19,999.
        ProgrammeReport before = await ReportAsync(national);
        Assert.Equal(new Date { Year = 2026, Month = 12, Day = 2 }, before.ReturnDueDate);
        Assert.Equal((95_200, 4_800), (before.Available.Value, before.Money.Redeemed.Value));
        long[] unspent = [.. before.Funds.Select(line => line.Allotted.Value - line.Spent.Value)];
        Assert.Equal([19_039, 19_041, 57_120], unspent);

        ReturnUnspentFundsRequest request = Request(national);
        RunSummary would = await _server.TriedAsync(() => RunAsync(new ReturnUnspentFundsRequest(request) { ValidateOnly = true }));
        RunSummary did = await RunAsync(request), again = await RunAsync(request);

        Assert.Equal((1, 1, 0, 76_161), (did.Total, did.Changed, did.Skipped, did.Amounts[0].Value));
        ProgrammeReturn back = Assert.Single(did.Returns);
        Assert.Equal([(_donation, 19_041), (_lottery, 57_120)], back.Funds.Select(part => (part.Fund, part.Amount.Value)));
        Assert.Equal((19_039, 0, national), (back.Imported.Value, back.Bound.Value, back.Programme));
        Assert.Equal("", would.Returns[0].Entry);
        Assert.Equal(back.Funds, would.Returns[0].Funds);
        Assert.Equal(did.Returns, again.Returns);
        Assert.Equal((did.Changed, did.Amounts), (again.Changed, again.Amounts));

        ProgrammeReport after = await ReportAsync(national);
        ReportTies.Check(after);
        Assert.Null(after.ReturnDueDate);
        Assert.Equal((19_039, 23_839), (after.Available.Value, after.Allotted.Value));
        Assert.Equal(before.Funds.Select(line => line.Spent), after.Funds.Select(line => line.Spent));
        FundReport fund = await _desk.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = _lottery });
        ReportTies.Check(fund);
        Assert.Equal((997_120, 2_880), (fund.Available.Value, fund.Programmes[0].Allotted.Value));
        RunSummary other = await RunAsync(Request());
        Assert.Equal(("NO_FUND_TO_RETURN_TO", 1), (other.SkippedByReason[0].Reason, other.Total));
        await _server.TrialBalanceAsync();
    }

    [Fact]
    public async Task While_vouchers_are_out_only_free_money_goes_back_and_the_rest_still_pays()
    {
        string national = await _desk.FundedAsync(_desk.National("national"), (_lottery, 75_000), (_donation, 25_000));
        await _desk.IssueAsync(national);

        RunSummary did = await RunAsync(Request(national));

        ProgrammeReturn back = Assert.Single(did.Returns);
        Assert.Equal([(_donation, 5_000), (_lottery, 15_000)], back.Funds.Select(part => (part.Fund, part.Amount.Value)));
        Assert.Equal((0, 80_000), (back.Imported.Value, back.Bound.Value));
        RunSummary other = await RunAsync(Request(national));
        Assert.Equal(("NOTHING_TO_RETURN", 0), (other.SkippedByReason[0].Reason, other.Changed));
        await _desk.Clerk(_carer).RedeemVoucherAsync(_desk.Care((await _desk.VoucherOfAsync(_elder, national)).Name, _carer));
        ProgrammeReport report = await ReportAsync(national);
        ReportTies.Check(report);
        Assert.Equal([(_donation, 20_000, 750), (_lottery, 60_000, 2_250)],
            report.Funds.Select(line => (line.Fund, line.Allotted.Value, line.Spent.Value)));
    }

    [Fact]
    public async Task A_run_that_is_called_again_has_the_first_outcome_of_each_programme_and_goes_on_with_the_rest()
    {
        string first = await _desk.FundedAsync(_desk.National("first"), (_lottery, 1_000)),
            second = (await _desk.Maker.CreateProgrammeAsync(_desk.National("second"))).Name;
        ReturnUnspentFundsRequest request = Request(first, second);
        using (var call = _desk.Maker.ReturnUnspentFunds(request))
        {
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        }
        RunSummary rest = await RunAsync(request);
        Assert.Equal((2, 1, "NOTHING_TO_RETURN"), (rest.Total, rest.Changed, rest.SkippedByReason[0].Reason));

        await _desk.Maker.AllotFundsAsync(_desk.Allotment(first, (_lottery, 500)));
        await _desk.Maker.AllotFundsAsync(_desk.Allotment(second, (_lottery, 500)));
        Assert.Equal(rest.Returns, (await RunAsync(request)).Returns);
        Assert.Equal((500, 500), ((await ReportAsync(first)).Available.Value, (await ReportAsync(second)).Available.Value));
        await ((Func<Task>)(() => RunAsync(new ReturnUnspentFundsRequest(request) { Memo = "另一笔" })))
            .IsRefusedAsync(Reason.RequestIdReused);
        RunSummary all = await RunAsync(Request());
        Assert.Equal((2, 2, 1_000), (all.Total, all.Changed, all.Amounts[0].Value));
    }

    [Theory]
    [InlineData("programmes[1]", "regions/430211/programmes/a", "regions/430203/programmes/b")]
    [InlineData("programmes[0]", "regions/430211/funds/a")]
    [InlineData("programmes", "regions/430211/programmes/a", "regions/430211/programmes/a")]
    public async Task What_can_not_be_right_names_its_field(string field, params string[] programmes) =>
        await ((Func<Task>)(() => RunAsync(Request(programmes)))).IsRefusedAsync(Reason.InvalidField, field);

    [Fact]
    public async Task An_unknown_programme_refuses_the_run() =>
        await ((Func<Task>)(() => RunAsync(Request("regions/430211/programmes/nothing")))).IsRefusedAsync(Reason.ProgrammeNotFound);

    private ReturnUnspentFundsRequest Request(params string[] programmes) =>
        new() { RequestId = Desk.Id(), Parent = _desk.Region, Programmes = { programmes } };

    private async Task<RunSummary> RunAsync(ReturnUnspentFundsRequest request) =>
        (await Desk.RunAsync(_desk.Maker.ReturnUnspentFunds(request)))[^1].Summary;

    private async Task ExpireAsync() => await Desk.RunAsync(
        _desk.Vouchers.ExpireVouchers(new ExpireVouchersRequest { RequestId = Desk.Id(), Parent = _desk.Region }));

    private async Task<ProgrammeReport> ReportAsync(string programme) =>
        await _desk.Auditor.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = programme });

    private Task MoveToAsync(int year, int month, int day) =>
        _desk.AdvanceToAsync(ChinaTime.StartOf(new DateOnly(year, month, day)).AddHours(8));

    private async Task ImportAsync(string programme, long fen)
    {
        var administrator = new LedgerService.LedgerServiceClient(_server.As(Role.Administrator));
        ImportBalancesResponse brought = await administrator.ImportBalancesAsync(new ImportBalancesRequest
        {
            RequestId = Desk.Id(), Parent = _desk.Region, Source = "old-books",
            Lines =
            {
                new ImportLine
                {
                    Number = 1, Key = "1", Account = $"programme/{programme}/allotted", Side = Side.Credit, Amount = Desk.Fen(fen),
                    Date = new Date { Year = 2026, Month = 9, Day = 30 },
                },
            },
        });
        Assert.Equal(1, brought.Recorded);
    }
}
