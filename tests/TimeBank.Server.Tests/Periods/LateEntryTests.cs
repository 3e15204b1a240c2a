using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Redemption = TimeBank.V1.Redemption;

namespace TimeBank.Server.Tests;

/// <summary>What comes after its month was closed counts on the first open day, and the answer says so, also of a dry run.</summary>
public sealed class LateEntryTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Region = "430211";

    private static readonly Date Late = new() { Year = 2026, Month = 10, Day = 31 }, Open = new() { Year = 2026, Month = 11, Day = 1 };

    private readonly Desk _desk = new(server, Region);

    [Fact]
    public async Task An_answer_says_that_its_entry_counts_in_an_open_month()
    {
        string fund = await _desk.FundAsync("late", 0, isBankKnown: false), elder = await _desk.RegisterElderAsync();
        await ReceiptSeed.WriteAsync(server, fund, 1_000_000, new DateOnly(2026, 9, 30));
        string programme = await _desk.FundedAsync(_desk.Meals("late-meals"), (fund, 500_000));
        string canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await PayeeSeed.WriteAsync(server.Services, canteen);
        await _desk.IssueAsync(programme);
        string voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        RedeemVoucherResponse timely = await _desk.Clerk(canteen).RedeemVoucherAsync(_desk.Lunch(voucher, canteen));
        Assert.Equal((null, null), (timely.LateFor, timely.EffectiveDate));
        await _desk.AdvanceToAsync(new DateTimeOffset(2026, 11, 2, 9, 0, 0, ChinaTime.Offset));
        SettlementBatch batch = (await Maker.PrepareBatchAsync(
            new PrepareBatchRequest { RequestId = Desk.Id(), Parent = _desk.Region })).Batch;
        await Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        await Checker.ApproveBatchAsync(new ApproveBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        await new PeriodService.PeriodServiceClient(server.As(Role.FinanceMaker, regions: Region)).PreparePeriodCloseAsync(
            new PreparePeriodCloseRequest { RequestId = Desk.Id(), Name = $"{_desk.Region}/periods/2026-10" });

        RedeemVoucherRequest lunch = _desk.Lunch(voucher, canteen);
        lunch.ServiceDate = Late;
        foreach (bool isDry in new[] { true, false })
        {
            lunch.ValidateOnly = isDry;
            RedeemVoucherResponse redeemed = await _desk.Clerk(canteen).RedeemVoucherAsync(lunch);
            Assert.Equal((Late, Open), (redeemed.LateFor, redeemed.EffectiveDate));
        }
        // A refund counts on the day on which somebody gives the money back, which is never closed yet.
        Redemption first = timely.Redemption;
        RefundRedemptionResponse back = await _desk.Clerk(canteen).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = first.Name, Memo = "back" });
        Assert.Null(back.LateFor);

        await _desk.BankAccountAsync();
        RecordReceiptRequest receipt = _desk.Receipt(fund, 500);
        receipt.ReceivedDate = Late;
        RecordReceiptResponse received = await _desk.Maker.RecordReceiptAsync(receipt);
        Assert.Equal((Late, Open), (received.LateFor, received.EffectiveDate));
        receipt.RequestId = Desk.Id();
        (receipt.ReceivedDate, receipt.AllowRepeat) = (Open, true);
        Assert.Null((await _desk.Maker.RecordReceiptAsync(receipt)).LateFor);

        // The statement has both days, where they differ.
        Statement statement = await _desk.Auditor.GetFundStatementAsync(new GetFundStatementRequest { Fund = fund, Period = Desk.AllDays });
        Assert.Equal([(Late, Open), (null, Open)], statement.Postings.Where(one => one.Amount.Value == 500)
            .Select(one => ((Date?)one.LateFor, one.EffectiveDate)));

        V1.PaymentOutcome paid = (await Maker.RecordPaymentOutcomeAsync(new RecordPaymentOutcomeRequest
        {
            RequestId = Desk.Id(), Payment = batch.Payments[0].Name, Outcome = V1.PaymentState.Paid, Date = Late, BankAccount = "main",
        })).Payments[0].Outcomes.Single();
        Assert.Equal((Late, Open), (paid.LateFor, paid.EffectiveDate));

        foreach ((string language, string says) in new[]
        {
            ("en", "Dated 2026-11-01 instead of 2026-10-31: the books of 2026-10 are closed."),
            ("zh-CN", "记入 2026-11-01：2026-10-31 所在的 2026-10 账期已结账。"),
        })
        {
            Assert.Contains(says, await ToolAsync(
                "fund", "receive", "late", "3", "--day", "2026-10-31", "--reference", language, "--lang", language),
                StringComparison.Ordinal);
            Assert.Contains(says, await ToolAsync("settlement", "show", batch.Name, "--lang", language), StringComparison.Ordinal);
            Assert.Contains(says, await ToolAsync("voucher", "redeem", voucher, "--provider", canteen, "--item", lunch.Item, "--price", "9",
                "--day", "2026-10-31", "--lang", language), StringComparison.Ordinal);
        }
    }

    private async Task<string> ToolAsync(params string[] words)
    {
        (int code, string output, string error) = await Tool.RunAsync(server.Data, server, words);
        Assert.True(code == 0, error);
        return output;
    }

    private SettlementService.SettlementServiceClient Maker => new(server.As(Role.FinanceMaker, subject: "maker", regions: Region));

    private SettlementService.SettlementServiceClient Checker => new(server.As(Role.FinanceChecker, subject: "checker", regions: Region));
}
