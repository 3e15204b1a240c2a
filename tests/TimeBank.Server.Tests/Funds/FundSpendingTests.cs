using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Which fund bears spent money, also after refunds, reversals and imports.</summary>
public sealed class FundSpendingTests(TestServer server) : IClassFixture<TestServer>
{
    // A region for each test, since each counts on being alone with its elders.
    private const string Spending = TestServer.Lusong, Importing = TestServer.Tianyuan;

    private Desk _desk = new(server, Spending);

    private LedgerService.LedgerServiceClient Maker => new(server.As(Role.FinanceMaker, regions: [Spending, Importing]));

    private LedgerService.LedgerServiceClient Administrator => new(server.As(Role.Administrator, regions: Importing));

    [Fact]
    public async Task What_a_fund_has_spent_stays_when_another_gives_and_is_not_taken_back()
    {
        string a = await _desk.FundAsync("spent-a", 10_000), b = await _desk.FundAsync("spent-b", 10_000);
        var creation = new CreateProgrammeRequest(_desk.Meals("spent"))
        {
            MonthlyQuota = new Amount { Value = 4, Unit = "MEAL" }, ContractPrice = Desk.Fen(1_000),
        };
        string programme = (await _desk.Maker.CreateProgrammeAsync(creation)).Name;
        string given = (await _desk.Maker.AllotFundsAsync(_desk.Allotment(programme, (a, 4_000)))).Entry;
        string elder = await _desk.RegisterElderAsync(), canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.IssueAsync(programme);
        string voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        string redemption = "";
        for (int meal = 0; meal < 4; meal++)
        {
            redemption = (await _desk.Clerk(canteen).RedeemVoucherAsync(_desk.Lunch(voucher, canteen))).Redemption.Name;
        }
        Assert.Equal((4_000, 0), (await SpentAsync(a), await SpentAsync(b)));

        string more = (await _desk.Maker.AllotFundsAsync(_desk.Allotment(programme, (b, 4_000)))).Entry;
        Assert.Equal((4_000, 0), (await SpentAsync(a), await SpentAsync(b)));

        ReverseRequest reversal = Reversal(given);
        await Maker.ReverseAsync(new ReverseRequest(reversal) { ValidateOnly = true }).IsRefusedAsync(Reason.InsufficientBalance);
        await Maker.ReverseAsync(reversal).IsRefusedAsync(Reason.InsufficientBalance);
        Assert.Equal(
            "There isn't enough left of what the account fund/spent-a/available gave the account programme/spent/allotted: "
            + "CNY 0.00 available, CNY 40.00 needed.",
            (await Assert.ThrowsAsync<RpcException>(async () => await Maker.ReverseAsync(reversal))).Status.Detail);
        Assert.Equal((4_000, 0), (await SpentAsync(a), await SpentAsync(b)));
        ReportTies.Check(await ReportAsync(a));

        // A refund lowers the spending of the fund that bore it. The rest of that fund's allotment is spent, so it can't be reversed.
        await _desk.Clerk(canteen).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = redemption, Memo = "退" });
        Assert.Equal((3_000, 0), (await SpentAsync(a), await SpentAsync(b)));
        await Maker.ReverseAsync(Reversal(given)).IsRefusedAsync(Reason.InsufficientBalance);

        // The refused reversal stays refused under its id. An allotment of which nothing was spent can be reversed.
        await Maker.ReverseAsync(reversal).IsRefusedAsync(Reason.InsufficientBalance);
        await Maker.ReverseAsync(Reversal(more));
        Assert.Equal((3_000, 0, 10_000), (await SpentAsync(a), await SpentAsync(b), (await ReportAsync(b)).Available.Value));
        await Maker.ReverseAsync(Reversal(more)).IsRefusedAsync(Reason.EntryAlreadyReversed);
    }

    [Fact]
    public async Task What_was_brought_in_counts_as_received_and_allotted_and_bears_its_share()
    {
        _desk = new Desk(server, Importing);
        string fund = await _desk.FundAsync("brought", 0);
        string programme = (await _desk.Maker.CreateProgrammeAsync(_desk.National("brought"))).Name;
        ImportBalancesResponse brought = await Administrator.ImportBalancesAsync(new ImportBalancesRequest
        {
            RequestId = Desk.Id(), Parent = _desk.Region, Source = "old-books",
            Lines =
            {
                Line(1, "fund/brought/available", Side.Credit, 100_000), Line(2, "bank/brought", Side.Debit, 150_000),
                Line(3, "programme/brought/allotted", Side.Credit, 50_000),
            },
        });
        Assert.Equal((3, 0), (brought.Recorded, brought.Refused.Count));
        string account = $"{_desk.Region}/accounts/programme/brought/allotted";
        string opening = (await Administrator.ListPostingsAsync(new ListPostingsRequest { Account = account })).Postings[0].Entry;
        FundReport untouched = await ReportAsync(fund);
        Assert.Equal((100_000, 100_000, 0), (untouched.Received.Value, untouched.Available.Value, untouched.Programmes.Count));

        await _desk.Maker.AllotFundsAsync(_desk.Allotment(programme, (fund, 30_000)));
        string elder = await _desk.RegisterElderAsync(points: 40), carer = await _desk.ProviderAsync(V1.ServiceType.Care);
        await _desk.IssueAsync(programme);
        string voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        for (int visit = 0; visit < 10; visit++)
        {
            await _desk.Clerk(carer).RedeemVoucherAsync(_desk.Care(voucher, carer, price: 9_600));
        }

        ProgrammeReport report = await _desk.Auditor.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = programme });
        ReportTies.Check(report);
        Assert.Equal(
            (80_000, 48_000, 32_000, 0),
            (report.Allotted.Value, report.Money.Redeemed.Value, report.Money.Remaining.Value, report.Available.Value));
        Assert.Equal(
            [("", 50_000, 30_000), (fund, 30_000, 18_000)],
            report.Funds.Select(line => (line.Fund, line.Allotted.Value, line.Spent.Value)));
        FundReport source = await ReportAsync(fund);
        ReportTies.Check(source);
        FundReportLine line = Assert.Single(source.Programmes);
        Assert.Equal((100_000, 70_000), (source.Received.Value, source.Available.Value));
        Assert.Equal((30_000, 18_000, 12_000), (line.Allotted.Value, line.Spent.Value, line.Unspent.Value));
        // Imported money that is spent can't be taken out again, even where other money is there.
        await _desk.Maker.AllotFundsAsync(_desk.Allotment(programme, (fund, 60_000)));
        await Maker.ReverseAsync(Reversal(opening)).IsRefusedAsync(Reason.InsufficientBalance);
    }

    private ReverseRequest Reversal(string entry) => new() { RequestId = Desk.Id(), Entry = entry, Memo = "x" };

    private static ImportLine Line(int number, string account, Side side, long fen) => new()
    {
        Number = number, Key = $"{number}", Account = account, Side = side, Amount = Desk.Fen(fen),
        Date = new Date { Year = 2026, Month = 9, Day = 30 },
    };

    private async Task<FundReport> ReportAsync(string fund) =>
        await _desk.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = fund });

    private async Task<long> SpentAsync(string fund) => (await ReportAsync(fund)).Programmes.Sum(line => line.Spent.Value);
}
