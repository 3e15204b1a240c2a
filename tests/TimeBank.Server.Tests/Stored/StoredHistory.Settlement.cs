using TimeBank.V1;
using Role = TimeBank.V1.Role;

namespace TimeBank.Server.Tests;

/// <content>Providers are paid. Not a part of <see cref="PlayAsync"/>: databases of earlier builds know nothing of it.</content>
internal sealed partial class StoredHistory
{
    private SettlementService.SettlementServiceClient Maker => new(As(Role.FinanceMaker));

    /// <summary>Batches that are withdrawn, paid, returned and rejected, and a refund of what was settled.</summary>
    public async Task SettleAsync()
    {
        await PayeeSeed.WriteAsync(_services, _canteen, _vault);
        string voucher = await VoucherAsync(_elder, "2026-11");
        string lunch = (await StepAsync("settled lunch", id => Clerk.RedeemVoucherAsync(new RedeemVoucherRequest
        {
            RequestId = id, Voucher = voucher, Provider = _canteen, Item = "meal-canteen", Quantity = 1, Price = Fen(1_100),
        }))).Redemption.Name;
        string given = await PreparedAsync("withdrawn batch");
        await StepAsync("withdrawn", id =>
            Maker.WithdrawBatchAsync(new WithdrawBatchRequest { RequestId = id, Name = given, Note = "重新编制" }));
        string paid = await ApprovedAsync("paid batch");
        await WordAsync("paid", paid, PaymentState.Paid);
        await WordAsync("paid twice", paid, PaymentState.Paid);
        await WordAsync("returned", paid, PaymentState.Returned);
        await WordAsync("rejected", await ApprovedAsync("rejected batch"), PaymentState.Rejected);
        await ApprovedAsync("open batch");
        await StepAsync("settled refund", id =>
            Clerk.RefundRedemptionAsync(new RefundRedemptionRequest { RequestId = id, Redemption = lunch, Memo = "退餐" }));
        await StepAsync("nothing to settle", id => Maker.PrepareBatchAsync(new PrepareBatchRequest { RequestId = id, Parent = Parent }));
    }

    /// <summary>A file of payments that is withdrawn, and another one.</summary>
    public async Task ExportAsync()
    {
        string voucher = await VoucherAsync(_elder, "2026-11");
        await StepAsync("exported lunch", id => Clerk.RedeemVoucherAsync(new RedeemVoucherRequest
        {
            RequestId = id, Voucher = voucher, Provider = _canteen, Item = "meal-canteen", Quantity = 2, Price = Fen(2_000),
        }));
        await StepAsync("our account", DescribeAccountAsync);
        string batch = await ApprovedAsync("exported batch");
        Task<ExportPaymentsResponse> FileAsync(string name, V1.PaymentFileFormat format) => StepAsync(name, id => Maker.ExportPaymentsAsync(
            new ExportPaymentsRequest { RequestId = id, Name = batch, BankAccount = "main", Format = format }));
        await FileAsync("exported", V1.PaymentFileFormat.Pain001);
        await StepAsync("export withdrawn", id =>
            Maker.WithdrawExportAsync(new WithdrawExportRequest { RequestId = id, Name = batch, Note = "未发送" }));
        await StepAsync("export withdrawn: confirmed", id => new SettlementService.SettlementServiceClient(As(Role.FinanceChecker))
            .ConfirmWithdrawExportAsync(new ConfirmWithdrawExportRequest { RequestId = id, Name = batch }));
        await FileAsync("exported again", V1.PaymentFileFormat.SheetCsv);
    }

    /// <summary>A bill, of which one line is taken back, and then the other.</summary>
    public async Task BillsAsync()
    {
        string voucher = await VoucherAsync(_elder, "2026-11");
        string bill = (await StepAsync("bill", id => Clerk.PayBillAsync(new PayBillRequest
        {
            RequestId = id, Elder = _elder, Provider = _canteen, Place = V1.ServicePlace.DayCare, Memo = "小票 9",
            Vouchers = { voucher },
            Lines =
            {
                new BillLine { Item = "meal-canteen", Quantity = 1, Price = Fen(1_100) },
                new BillLine { Item = "meal-canteen", Quantity = 2, Price = Fen(2_900), Insurance = Fen(100) },
            },
        }))).Bill.Name;
        await StepAsync("bill's line back", id => Clerk.RefundBillAsync(
            new RefundBillRequest { RequestId = id, Bill = bill, Memo = "退餐", Lines = { 2 } }));
        await StepAsync("bill's line back twice", id => Clerk.RefundBillAsync(
            new RefundBillRequest { RequestId = id, Bill = bill, Memo = "又退", Lines = { 2 } }));
        await StepAsync("bill's rest back", id => Clerk.RefundBillAsync(
            new RefundBillRequest { RequestId = id, Bill = bill, Memo = "全退" }));
    }

    private async Task<string> PreparedAsync(string name) => (await StepAsync(name, id =>
        Maker.PrepareBatchAsync(new PrepareBatchRequest { RequestId = id, Parent = Parent }))).Batch.Name;

    private async Task<string> ApprovedAsync(string name)
    {
        string batch = await PreparedAsync(name);
        await StepAsync($"{name}: submitted", id => Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = id, Name = batch }));
        await StepAsync($"{name}: approved", id => new SettlementService.SettlementServiceClient(As(Role.FinanceChecker))
            .ApproveBatchAsync(new ApproveBatchRequest { RequestId = id, Name = batch }));
        return batch;
    }

    private Task WordAsync(string name, string batch, PaymentState outcome) => StepAsync(name, id =>
        Maker.RecordPaymentOutcomeAsync(new RecordPaymentOutcomeRequest
        {
            RequestId = id, Payment = $"{batch}/payments/1", Outcome = outcome, BankAccount = "main", Date = Day(2026, 11, 29),
            Reference = "ICBC 7",
        }));
}
