using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Budget against spend, and its checks. The class has its own server, because it moves the clock into the next month.</summary>
public sealed class FundingReportTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private Desk _desk = null!;
    private string _lottery = "", _fiscal = "", _national = "";

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _desk = new Desk(_server);
        _lottery = await _desk.FundAsync("lottery", 1_000_000);
        _fiscal = await _desk.FundAsync("fiscal", 1_000_000, V1.FundKind.Fiscal);
        _national = await _desk.FundedAsync(_desk.National("national"), (_lottery, 60_000), (_fiscal, 40_000));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Each_month_has_its_own_budget_and_spend_and_goes_on_from_the_one_before()
    {
        FundingReport untouched = await OctoberAsync();
        Assert.Equal((V1.CheckVerdict.NotMet, 60_000, 1_000_000, 600, 55), (untouched.Lottery.Verdict, untouched.Lottery.Used.Value,
            untouched.Lottery.Received.Value, untouched.Lottery.BasisPoints, untouched.Lottery.MinPercent));
        await SpendAsync();
        await _desk.AdvanceToAsync(ChinaTime.StartOf(new DateOnly(2026, 11, 29)).AddHours(8));
        await Desk.RunAsync(_desk.Vouchers.ExpireVouchers(
            new ExpireVouchersRequest { RequestId = Desk.Id(), Parent = _desk.Region }));
        await Desk.RunAsync(_desk.Maker.ReturnUnspentFunds(
            new ReturnUnspentFundsRequest { RequestId = Desk.Id(), Parent = _desk.Region, Programmes = { _national } }));

        FundingReport october = await OctoberAsync(), november = await ReportAsync(new GetFundingReportRequest
        {
            Parent = _desk.Region, Period = Month(11),
        });

        Assert.Equal(
            [(_fiscal, 0, 40_000, 0, 1_200, 38_800), (_lottery, 0, 60_000, 0, 1_800, 58_200)], october.Lines.Select(Figures));
        Assert.Equal(
            [(_fiscal, 38_800, 0, 38_800, 0, 0), (_lottery, 58_200, 0, 58_200, 0, 0)], november.Lines.Select(Figures));
        Assert.Equal(october.EntryCount, november.FirstEntryCount);
        Assert.Equal(
            [$"{_desk.Region}/accounts/fund/fiscal/available", $"{_desk.Region}/accounts/programme/national/allotted"],
            october.Lines[0].Accounts);
        // What is spent doesn't change what was given; what comes back counts in the month in which it does.
        Assert.Equal(untouched.Lottery, october.Lottery);
        Assert.Equal([(_lottery, -58_200, 0)], november.Lottery.Funds.Select(fund => (fund.Fund, fund.Used.Value, fund.Received.Value)));
        Assert.Equal(V1.CheckVerdict.Nothing, november.Lottery.Verdict);
        Assert.Equal("430000/2026-01", october.PolicyVersion);
        // The same moment says the same, whatever is recorded later.
        Assert.Equal(untouched, await OctoberAsync(new AsOf { EntryCount = untouched.EntryCount }));
    }

    [Fact]
    public async Task Costs_are_shared_up_to_the_quota()
    {
        await SpendAsync();
        var request = new GetFundingReportRequest
        {
            Parent = _desk.Region, Period = Month(10), CountryPart = V1.CountryPart.Middle,
            CentralQuotas = { new CentralQuota { Programme = _national, Quota = Desk.Fen(2_001) } },
        };

        CostShareLine line = Assert.Single((await ReportAsync(request)).CostShares);

        Assert.Equal((_national, 3_000, 2_001, 90, 1_800, 201, 999), (line.Programme, line.Spent.Value, line.Quota.Value,
            line.CentralPercent, line.Central.Value, line.Local.Value, line.BeyondQuota.Value));
        await ((Func<Task>)(() => ReportAsync(new GetFundingReportRequest(request) { CountryPart = V1.CountryPart.Unspecified })))
            .IsRefusedAsync(Reason.InvalidField, "country_part");
        request.CentralQuotas[0].Programme = $"{_desk.Region}/programmes/nothing";
        await ((Func<Task>)(() => ReportAsync(request))).IsRefusedAsync(Reason.ProgrammeNotFound);
        request.CentralQuotas[0].Programme = "regions/430203/programmes/national";
        request.CentralQuotas.Add(new CentralQuota { Programme = "nothing", Quota = Desk.Fen(1) });
        request.Period = null;
        await ((Func<Task>)(() => ReportAsync(request))).IsRefusedAsync(
            Reason.InvalidField, "period", "central_quotas[0].programme", "central_quotas[1].programme");
    }

    [Fact]
    public async Task The_guarantee_fund_is_held_against_the_hours_that_people_hold()
    {
        var request = new GetFundingReportRequest { Parent = _desk.Region, Period = new Period(), PricePerHour = Desk.Fen(8_000) };
        Assert.Equal(V1.CheckVerdict.Nothing, (await ReportAsync(request)).Guarantee.Verdict);
        string fund = await _desk.FundAsync("guarantee", 31_999, V1.FundKind.Guarantee);
        await _desk.RegisterAsync();
        await Desk.RunAsync(_desk.Elders(Role.FinanceMaker).IssueHours(
            new IssueHoursRequest { RequestId = Desk.Id(), Parent = _desk.Region, Month = Desk.October }));

        GuaranteeCheck low = (await ReportAsync(request)).Guarantee;
        await _desk.Maker.RecordReceiptAsync(_desk.Receipt(fund, 1));
        GuaranteeCheck enough = (await ReportAsync(request)).Guarantee;

        Assert.Equal((31_999, 0, 240, 32_000, 9_999, 100, V1.CheckVerdict.NotMet), (low.Available.Value, low.Owed.Value,
            low.Outstanding.Value, low.Cost.Value, low.BasisPoints, low.AlertBelowPercent, low.Verdict));
        Assert.Equal((10_000, V1.CheckVerdict.Met, 1_000_000_000), (enough.BasisPoints, enough.Verdict, enough.Target.Value));
        Assert.Equal((fund, "", 60), (enough.Fund, enough.PriceSource, enough.PriceMinutes));

        request.ClearHourPrice();
        GuaranteeCheck unjudged = (await ReportAsync(request)).Guarantee;
        Assert.Equal((V1.CheckVerdict.Nothing, null, 240), (unjudged.Verdict, unjudged.Price, unjudged.Outstanding.Value));
        GuaranteeCheck listed = (await ReportAsync(new GetFundingReportRequest(request) { PriceItem = "care-home" })).Guarantee;
        Assert.Matches("^4302?1?1?0*/[a-z0-9-]+ care-home$", listed.PriceSource);
        Assert.True(listed.Price.Value > 0 && listed.PriceMinutes > 0);
        foreach (string item in (string[])["nothing", "companionship"])
        {
            await ((Func<Task>)(() => ReportAsync(new GetFundingReportRequest(request) { PriceItem = item })))
                .IsRefusedAsync(Reason.ItemNotFound);
        }
    }

    /// <summary>A visit of 60 yuan; the voucher pays half: 1,800 fen of the lottery's money and 1,200 of the fiscal money.</summary>
    private async Task SpendAsync()
    {
        string elder = await _desk.RegisterElderAsync(points: 40), carer = await _desk.ProviderAsync(V1.ServiceType.Care);
        await _desk.IssueAsync(_national);
        await _desk.Clerk(carer).RedeemVoucherAsync(_desk.Care((await _desk.VoucherOfAsync(elder, _national)).Name, carer));
    }

    private async Task<FundingReport> ReportAsync(GetFundingReportRequest request)
    {
        FundingReport report = await _desk.Auditor.GetFundingReportAsync(request);
        Assert.All(report.Lines, FundingTies.Check);
        return report;
    }

    private Task<FundingReport> OctoberAsync(AsOf? asOf = null) =>
        ReportAsync(new GetFundingReportRequest { Parent = _desk.Region, Period = Month(10), AsOf = asOf });

    private static Period Month(int month) => new()
    {
        FirstDay = new Date { Year = 2026, Month = month, Day = 1 },
        LastDay = new Date { Year = 2026, Month = month, Day = DateTime.DaysInMonth(2026, month) },
    };

    private static (string, long, long, long, long, long) Figures(FundingLine line) => (line.Fund, line.Carried.Value,
        line.Allotted.Value, line.Returned.Value, line.Spent.Value, line.Unspent.Value);
}

/// <summary>The identities of a funding report.</summary>
internal static class FundingTies
{
    public static void Check(FundingLine line)
    {
        Assert.Equal(line.Unspent.Value, line.Carried.Value + line.Allotted.Value - line.Returned.Value - line.Spent.Value);
        Assert.True(line.Accounts.Count >= 2, $"{line}");
    }
}
