using TimeBank.V1;
using Role = TimeBank.V1.Role;

namespace TimeBank.Server.Tests;

/// <content>A persistent subsidy. Not a part of <see cref="PlayAsync"/>: databases of earlier builds know nothing of it.</content>
internal sealed partial class StoredHistory
{
    /// <summary>A subsidy is issued, the elder dies, and what is left is paid to the heirs, after a proposal that was withdrawn.</summary>
    public async Task PayEstateAsync()
    {
        string subsidy = (await StepAsync("subsidy", id => Funds.CreateProgrammeAsync(new CreateProgrammeRequest
        {
            RequestId = id, Parent = Parent, ProgrammeId = "care-subsidy", DisplayName = "护理补贴",
            Scheme = V1.ProgrammeScheme.PersistentSubsidy, ServiceTypes = { V1.ServiceType.Care }, MonthlyQuota = Fen(20_000),
            Eligibility = new Eligibility { MinAge = 80 },
        }))).Name;
        await StepAsync("subsidy allotted", id => Funds.AllotFundsAsync(new AllotFundsRequest
        {
            RequestId = id, Programme = subsidy,
            ByAmounts = new AllotmentByAmounts { Lines = { new FundAmount { Fund = _lottery, Amount = Fen(20_000) } } },
        }));
        await RunAsync("subsidy of November", id => Vouchers.IssueVouchers(
            new IssueVouchersRequest { RequestId = id, Programme = subsidy, Month = new Google.Type.Date { Year = 2026, Month = 11 } }));
        await StepAsync("death of the subsidized", id => new ElderService.ElderServiceClient(As(Role.Counter)).ImportNoticesAsync(
            new ImportNoticesRequest
            {
                RequestId = id, Parent = Parent, Source = "civil-affairs",
                Lines =
                {
                    new NoticeLine { Number = 1, Key = "2026-3", Elder = _elder, Kind = NoticeKind.Deceased, Date = Day(2026, 11, 29) },
                },
            }));
        await StepAsync("estate too early", id => Funds.ProposeEstatePayoutAsync(Proposal(id)));
        await AdvanceAsync("2026-12-29 09:00");
        var checker = new FundService.FundServiceClient(As(Role.FinanceChecker));
        string first = (await StepAsync("estate", id => Funds.ProposeEstatePayoutAsync(Proposal(id)))).Name;
        await StepAsync("estate withdrawn", id =>
            checker.WithdrawEstatePayoutAsync(new WithdrawEstatePayoutRequest { RequestId = id, Payout = first }));
        string second = (await StepAsync("estate again", id => Funds.ProposeEstatePayoutAsync(Proposal(id)))).Name;
        await StepAsync("estate paid", id =>
            checker.ApproveEstatePayoutAsync(new ApproveEstatePayoutRequest { RequestId = id, Payout = second }));
        await StepAsync("estate paid twice", id =>
            checker.ApproveEstatePayoutAsync(new ApproveEstatePayoutRequest { RequestId = id, Payout = second }));

        ProposeEstatePayoutRequest Proposal(string id) => new()
        {
            RequestId = id, Elder = _elder, BankAccount = "main", BankReference = "R-7", Evidence = "公证 2026-17",
        };
    }
}
