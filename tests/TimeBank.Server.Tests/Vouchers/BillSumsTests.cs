using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Bill = TimeBank.V1.Bill;
using Redemption = TimeBank.V1.Redemption;

namespace TimeBank.Server.Tests;

/// <summary>Every report counts a bill, and what is taken back of it, exactly once.</summary>
public sealed class BillSumsTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Region = "430211";

    [Fact]
    public async Task Legs_funds_lines_and_statistics_agree_with_bills_and_their_refunds()
    {
        var bill = new BillDesk(server, Region);
        await bill.OpenAsync();
        string provider = bill.Provider.Split('/')[^1];
        await bill.Clerk.RedeemVoucherAsync(bill.Desk.Lunch(bill.Meals.Name, bill.Provider, 900));
        PayBillRequest asked = bill.Bill();
        // Less than the contract prices: what is left of them goes back to the programmes.
        asked.Lines[0].Price = Desk.Fen(6_005);
        Bill paid = (await bill.Clerk.PayBillAsync(asked)).Bill;
        PayBillRequest second = bill.Bill();
        second.Lines.RemoveAt(0);
        Bill back = (await bill.Clerk.PayBillAsync(second)).Bill;
        await bill.Clerk.RefundBillAsync(bill.Refund(paid, 2));
        await bill.Clerk.RefundBillAsync(bill.Refund(back));
        long owed = 900 + paid.Lines[0].Credited.Value;
        Assert.Equal(owed, await bill.PayableAsync());

        // The five legs.
        PeriodService.PeriodServiceClient periods = new(server.As(Role.Auditor, regions: Region));
        DailyReport report = await periods.GetDailyReportAsync(
            new GetDailyReportRequest { Parent = bill.Desk.Region, FirstDate = Desk.DateOf(bill.Desk.Today) });
        Assert.All(report.Lines, line => Assert.True(line.Ties, $"{line}"));
        Assert.Equal(owed, report.Lines.Single(line =>
            line.Leg == V1.ReportLeg.Redeemed && line.Account == $"provider/{provider}/payable").Left);

        // Programmes: issued is redeemed and remaining, and what the provider is owed is what programmes spent.
        ProgrammeReport meals = await ProgrammeAsync(bill, bill.Meals), cheap = await ProgrammeAsync(bill, bill.Cheap),
            money = await ProgrammeAsync(bill, bill.Money);
        Assert.Equal(owed, new[] { meals, cheap, money }.Sum(one => one.Money.Redeemed.Value));
        Assert.Equal(2_500 + 2_500, money.Money.Refunded.Value);
        Assert.Equal(13, meals.Units.Redeemed.Value + cheap.Units.Redeemed.Value);
        Assert.All(new[] { meals, cheap, money }, one => Assert.Equal(one.Money.Issued.Value,
            one.Money.Redeemed.Value + one.Money.Released.Value + one.Money.Remaining.Value + one.Money.Expired.Value
                + one.Money.Voided.Value));

        // Lines of the next payment, and which fund bears what.
        PaymentLine[] lines = [.. (await new SettlementService.SettlementServiceClient(server.As(Role.FinanceMaker, regions: Region))
            .ListNextPaymentLinesAsync(
                new ListNextPaymentLinesRequest { Provider = bill.Provider, WithFunders = true, PageSize = 1_000 })).Lines];
        long Signed(PaymentLine line) => line.Posting.Side == V1.Side.Credit ? line.Posting.Amount.Value : -line.Posting.Amount.Value;
        Assert.Equal(owed, lines.Sum(Signed));
        Assert.Equal(owed, lines.SelectMany(line => line.Funders).Sum(funder => funder.Amount.Value));
        Assert.All(lines, line => Assert.Equal(line.Posting.Amount, line.Redemption.Credited));
        Assert.Equal([paid.Name, back.Name], lines.Select(line => line.Redemption.Bill).Where(name => name.Length > 0).Distinct());
        Assert.All(lines.Where(line => line.Redemption.Item == "care-home"), line => Assert.Equal(50, line.RatioPercent));

        // What is listed of the provider adds up as well.
        Redemption[] standing = [.. (await bill.ListAsync(state: RedemptionState.Redeemed)).Redemptions];
        Assert.Equal(owed, standing.Sum(one => one.Credited.Value));
    }

    [Fact]
    public async Task A_part_of_a_bill_is_held_back_by_its_programme_and_a_disputed_bill_is_set_aside()
    {
        var bill = new BillDesk(server, "430203");
        await bill.OpenAsync(holdsBack: true);
        SettlementService.SettlementServiceClient maker = new(server.As(Role.FinanceMaker, subject: "maker", regions: "430203"));
        PayBillRequest asked = bill.Bill();
        asked.Vouchers.Remove(bill.Cheap.Name);
        asked.Lines[0] = BillDesk.Line("meal-canteen", 5, 6_000);
        asked.Lines.Add(BillDesk.Line("meal-canteen", 3, 3_600));
        Bill paid = (await bill.Clerk.PayBillAsync(asked)).Bill;
        long held = (6_000 + 3_600) * 5 / 100;
        var request = new PrepareBatchRequest
        {
            RequestId = Desk.Id(), Parent = bill.Desk.Region, Providers = { bill.Provider }, ValidateOnly = true,
        };

        SettlementPayment whole = (await maker.PrepareBatchAsync(request)).Batch.Payments.Single();
        Assert.Equal((held, paid.Credited.Value - held), (whole.HeldBackAmount.Value, whole.NetAmount.Value));

        await bill.Clerk.RedeemVoucherAsync(bill.Desk.Care(bill.Money.Name, bill.Provider));
        // A line of the programme that holds back is among those that are taken back: its refund is set aside with the bill.
        await bill.Clerk.RedeemVoucherAsync(bill.Desk.Lunch(bill.Meals.Name, bill.Provider));
        Assert.Equal(3_600, paid.Lines[2].Shares.Single(share => share.Voucher == bill.Meals.Name).Credited.Value);
        await bill.Clerk.RefundBillAsync(bill.Refund(paid, 2, 3));
        request.SetAside.Add(paid.Entry);
        SettlementPayment aside = (await maker.PrepareBatchAsync(request)).Batch.Payments.Single();
        Assert.Equal(paid.Lines[0].Credited.Value, aside.SetAside.Single().Amount.Value);
        // 5 % of the one lunch.
        Assert.Equal((50, 3_000 + 950), (aside.HeldBackAmount.Value, aside.NetAmount.Value));

        await bill.Clerk.RefundBillAsync(bill.Refund(paid));
        await maker.PrepareBatchAsync(request).IsRefusedAsync(Reason.RedemptionAlreadyRefunded);
    }

    private static async Task<ProgrammeReport> ProgrammeAsync(BillDesk bill, Voucher voucher) =>
        await bill.Desk.Auditor.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = voucher.Programme });
}
