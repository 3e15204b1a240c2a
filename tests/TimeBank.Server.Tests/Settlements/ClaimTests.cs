using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using ClaimReason = TimeBank.V1.ClaimReason;
using ProviderClaim = TimeBank.V1.ProviderClaim;
using Redemption = TimeBank.V1.Redemption;

namespace TimeBank.Server.Tests;

/// <summary>What a provider owes after a refund is a claim once no settlement will bring it back.</summary>
[Collection(ServerCollection.Name)]
public sealed class ClaimTests(TestServer server) : IAsyncLifetime
{
    private const string Region = "430105";

    private static int s_used;

    private readonly Desk _desk = new(server, Region);
    private readonly string _id = $"claim{++s_used}";
    private readonly Bank _bank = new(server, Region, $"claim{s_used}");
    private string _canteen = "", _voucher = "";

    private SettlementService.SettlementServiceClient Maker => As(Role.FinanceMaker, "maker");

    public async ValueTask InitializeAsync()
    {
        string fund = await _desk.FundAsync(_id, 1_000_000), elder = await _desk.RegisterElderAsync();
        string programme = await _desk.FundedAsync(_desk.Meals($"{_id}-meals"), (fund, 500_000));
        _canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await PayeeSeed.WriteAsync(server.Services, _canteen);
        await _desk.IssueAsync(programme);
        _voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        await _bank.OpenAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_debt_is_a_claim_once_its_provider_is_gone()
    {
        await AssignAsync().IsRefusedAsync(Reason.ClaimNotFound);
        await OweAsync(1_000);
        Assert.Null(await ClaimAsync(all: false));
        ProviderClaim debt = (await ClaimAsync(all: true))!;
        Assert.Equal((1_000, 0, ClaimReason.Unspecified, Desk.DateOf(_desk.Today)),
            (debt.Owed.Value, debt.Payable.Value, debt.Reason, debt.Since));

        await _desk.Administrator.SetStandingAsync(
            new SetStandingRequest { RequestId = Desk.Id(), Provider = _canteen, Standing = V1.Standing.BlackListed, Note = "查" });

        Assert.Equal((ClaimReason.ProviderGone, ""), ((await ClaimAsync(all: false))!.Reason, (await ClaimAsync(all: false))!.Owner));
        await As(Role.FinanceChecker, "checker").AssignClaimAsync(Assign()).IsRefusedAsync(Reason.RoleNotAllowed);
        await AssignAsync();
        ProviderClaim claim = (await ClaimAsync(all: false))!;
        Assert.Equal(("officer-7", "letter sent", "maker"), (claim.Owner, claim.History.Single().Note, claim.History.Single().By));
        Assert.Empty((await Maker.ListClaimsAsync(new ListClaimsRequest { Parent = _desk.Region, Owner = "nobody" })).Claims);
    }

    [Fact]
    public async Task A_claim_is_paid_by_a_line_of_the_bank()
    {
        await OweAsync(1_000);
        await _bank.TakenAsync(_bank.File(0, (1, 600, "PAID BACK"), (1, 500, "PAID BACK"), (2, -5, "FEE")));
        await ProposeAsync(1, _canteen);
        await Propose(2, "").IsRefusedAsync(Reason.InvalidField, "provider");
        await Propose(2, $"{_desk.Region}/providers/0000000000AA").IsRefusedAsync(Reason.ProviderNotFound);
        await Propose(3, _canteen).IsRefusedAsync(Reason.ResolutionWrongSide);

        V1.BankLine paid = await ApproveAsync(1);

        Assert.Equal((BankLineState.Matched, _canteen), (paid.State, paid.Case.Resolution.Provider));
        Assert.Equal(400, (await ClaimAsync(all: true))!.Owed.Value);
        // More than the provider owes is not its repayment.
        await ProposeAsync(2, _canteen);
        await Approve(2).IsRefusedAsync(Reason.LimitReached);
        await new LedgerService.LedgerServiceClient(server.As(Role.FinanceMaker, regions: Region)).ReverseAsync(
            new ReverseRequest { RequestId = Desk.Id(), Entry = paid.Case.Resolution.Entry, Memo = "x" })
            .IsRefusedAsync(Reason.EntryNotReversible);
    }

    [Fact]
    public async Task Nobody_owes_for_a_refund_that_is_refused()
    {
        Redemption eaten = await PaidAsync(1_000);
        string account = $"{_desk.Region}/accounts/voucher/{_voucher.Split('/')[^1]}";
        var checker = new LedgerService.LedgerServiceClient(server.As(Role.FinanceChecker, regions: Region));
        await checker.FreezeAccountAsync(new FreezeAccountRequest { RequestId = Desk.Id(), Account = account, Memo = "核查" });

        await Refund(eaten).IsRefusedAsync(Reason.AccountFrozen);

        Assert.Null(await ClaimAsync(all: true));
        await checker.UnfreezeAccountAsync(new UnfreezeAccountRequest { RequestId = Desk.Id(), Account = account, Memo = "核查完毕" });
        await Refund(eaten);
        Assert.Equal(1_000, (await ClaimAsync(all: true))!.Owed.Value);
    }

    private SettlementService.SettlementServiceClient As(Role role, string subject) =>
        new(server.As(role, subject: subject, regions: Region));

    /// <summary>The provider is paid for a meal that is refunded afterwards.</summary>
    private async Task OweAsync(long fen) => await Refund(await PaidAsync(fen));

    private Grpc.Core.AsyncUnaryCall<RefundRedemptionResponse> Refund(Redemption eaten) => _desk.Clerk(_canteen).RefundRedemptionAsync(
        new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = eaten.Name, Memo = "not eaten" });

    private async Task<Redemption> PaidAsync(long fen)
    {
        Redemption eaten = (await _desk.Clerk(_canteen).RedeemVoucherAsync(_desk.Lunch(_voucher, _canteen, fen))).Redemption;
        SettlementBatch batch = (await Maker.PrepareBatchAsync(
            new PrepareBatchRequest { RequestId = Desk.Id(), Parent = _desk.Region, Providers = { _canteen } })).Batch;
        await Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        await As(Role.FinanceChecker, "checker").ApproveBatchAsync(new ApproveBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        return eaten;
    }

    private async Task<ProviderClaim?> ClaimAsync(bool all) =>
        (await Maker.ListClaimsAsync(new ListClaimsRequest { Parent = _desk.Region, IncludeAllDebts = all, PageSize = 1_000 }))
        .Claims.SingleOrDefault(claim => claim.Provider == _canteen);

    private AssignClaimRequest Assign() => new()
    {
        RequestId = Desk.Id(), Provider = _canteen, Owner = "officer-7", Note = "letter sent",
    };

    private Grpc.Core.AsyncUnaryCall<ProviderClaim> AssignAsync() => Maker.AssignClaimAsync(Assign());

    private Grpc.Core.AsyncUnaryCall<V1.BankLine> Propose(long line, string provider) => _bank.Maker.ProposeResolutionAsync(
        new ProposeResolutionRequest
        {
            RequestId = Desk.Id(), Line = $"{_bank.Name}/lines/{line}", Kind = V1.ResolutionKind.Repayment, Provider = provider, Note = "x",
        });

    private async Task ProposeAsync(long line, string provider) => await Propose(line, provider);

    private Grpc.Core.AsyncUnaryCall<V1.BankLine> Approve(long line) => _bank.Checker.ApproveResolutionAsync(
        new ApproveResolutionRequest { RequestId = Desk.Id(), Line = $"{_bank.Name}/lines/{line}" });

    private async Task<V1.BankLine> ApproveAsync(long line) => await Approve(line);
}
