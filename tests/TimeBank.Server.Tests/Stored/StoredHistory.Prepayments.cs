using TimeBank.V1;
using Role = TimeBank.V1.Role;

namespace TimeBank.Server.Tests;

/// <content>Fees that the canteen collects in advance. Not in <see cref="PlayAsync"/>: earlier builds know nothing of them.</content>
internal sealed partial class StoredHistory
{
    /// <summary>An elder pays for two months in advance, the first one is drawn, and the rest is paid back.</summary>
    public async Task PrepayAsync()
    {
        PrepaymentService.PrepaymentServiceClient clerk = new(As(Role.ProviderClerk, _canteen)), elder = new(As(Role.Elder, _assessed)),
            maker = new(As(Role.FinanceMaker)), checker = new(As(Role.FinanceChecker));
        string agreement = (await StepAsync("prepaid fees", id => clerk.ProposePrepaymentAsync(new ProposePrepaymentRequest
        {
            RequestId = id, Provider = _canteen, Elder = _assessed, ServiceType = ServiceType.Meal, Purpose = "午餐",
            MonthlyAmount = Fen(30_000),
            MonthlyBedFee = Fen(1_000), FirstMonth = Day(2026, 12, 0), Months = 2, Deposit = Fen(5_000),
        }))).Name;
        await StepAsync("prepaid fees agreed", id => elder.AgreePrepaymentAsync(new AgreePrepaymentRequest
        {
            RequestId = id, Name = agreement,
        }));
        await StepAsync("prepaid fees received", id => maker.RecordPrepaymentReceiptAsync(new RecordPrepaymentReceiptRequest
        {
            RequestId = id, Name = agreement, Amount = Fen(65_000), Deposit = Fen(5_000), BankAccount = "main",
            ReceivedDate = Day(2026, 12, 1), Reference = "预收 1",
        }));
        await AdvanceAsync("2027-01-02 08:00");
        await RunAsync("prepaid fees drawn", id => maker.DrawPrepayments(new DrawPrepaymentsRequest
        {
            RequestId = id, Parent = Parent, Month = Day(2026, 12, 0),
        }));
        await StepAsync("prepaid fees ended", id => elder.EndPrepaymentAsync(new EndPrepaymentRequest
        {
            RequestId = id, Name = agreement,
        }));
        await StepAsync("prepaid fees approved", id => checker.ApprovePrepaymentRefundAsync(new ApprovePrepaymentRefundRequest
        {
            RequestId = id, Name = agreement,
        }));
        await StepAsync("prepaid fees paid back", id => maker.RecordPrepaymentRefundAsync(new RecordPrepaymentRefundRequest
        {
            RequestId = id, Name = agreement, BankAccount = "main", PaidDate = Day(2027, 1, 2), Reference = "退款 1",
        }));
    }
}
