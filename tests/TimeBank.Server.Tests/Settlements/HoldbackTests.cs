using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Redemption = TimeBank.V1.Redemption;

namespace TimeBank.Server.Tests;

/// <summary>A programme that holds back pays 95 of 100 fen at once, and the rest when an officer releases it.</summary>
[Collection(ServerCollection.Name)]
public sealed class HoldbackTests(TestServer server) : IAsyncLifetime
{
    private const string Region = "430105";

    private static int s_used;

    private readonly Desk _desk = new(server, Region);
    private readonly string _id = $"held{++s_used}";
    private string _canteen = "", _holding = "", _paying = "";

    private SettlementService.SettlementServiceClient Maker =>
        new(server.As(Role.FinanceMaker, subject: "maker", regions: Region));

    public async ValueTask InitializeAsync()
    {
        string fund = await _desk.FundAsync(_id, 1_000_000), elder = await _desk.RegisterElderAsync();
        CreateProgrammeRequest holding = _desk.Meals($"{_id}-back");
        holding.HoldsBack = true;
        string back = await _desk.FundedAsync(holding, (fund, 200_000)),
            whole = await _desk.FundedAsync(_desk.Meals($"{_id}-whole"), (fund, 200_000));
        _canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.IssueAsync(back);
        await _desk.IssueAsync(whole);
        _holding = (await _desk.VoucherOfAsync(elder, back)).Name;
        _paying = (await _desk.VoucherOfAsync(elder, whole)).Name;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_part_stays_owed_until_it_is_released()
    {
        await EatAsync(_holding, 1_010);
        await EatAsync(_paying, 500);

        SettlementPayment first = await PrepareAsync();
        // 5 % of 1,010 is 50.5: rounded down in the provider's favour.
        Assert.Equal((1_460, 50), (first.NetAmount.Value, first.HeldBackAmount.Value));
        await EatAsync(_holding, 200);
        SettlementPayment second = await PrepareAsync();
        Assert.Equal((190, 10), (second.NetAmount.Value, second.HeldBackAmount.Value));
        await Maker.PrepareBatchAsync(Request()).IsRefusedAsync(Reason.NothingToSettle);
        await Maker.PrepareBatchAsync(Request(_desk.Today.AddDays(-1))).IsRefusedAsync(Reason.NothingToSettle);

        SettlementPayment released = await PrepareAsync(_desk.Today);

        Assert.Equal((60, 0), (released.NetAmount.Value, released.HeldBackAmount.Value));
        Assert.Equal([$"{BatchOf(first)}/holdback", $"{BatchOf(second)}/holdback"], released.Carried.Select(carried => carried.Source));
        await Maker.PrepareBatchAsync(Request(_desk.Today)).IsRefusedAsync(Reason.NothingToSettle);
    }

    [Fact]
    public async Task A_withdrawn_batch_and_a_refund_keep_what_is_held_back()
    {
        Redemption eaten = await EatAsync(_holding, 1_000);
        SettlementPayment first = await PrepareAsync();
        await Maker.WithdrawBatchAsync(new WithdrawBatchRequest { RequestId = Desk.Id(), Name = BatchOf(first), Note = "too early" });
        SettlementPayment again = await PrepareAsync();
        Assert.Equal((950, 0), (again.NetAmount.Value, again.HeldBackAmount.Value));

        await _desk.Clerk(_canteen).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = eaten.Name, Memo = "not eaten" });
        await EatAsync(_paying, 1_200);

        // The refund took back 1,000: 950 that are on their way, and the 50 that were held back.
        SettlementPayment last = await PrepareAsync(_desk.Today);
        Assert.Equal((250, 950, 0), (last.NetAmount.Value, last.OffsetAmount.Value, last.HeldBackAmount.Value));
        Assert.Equal(50, last.Carried.Single().Amount.Value);
    }

    [Fact]
    public async Task What_is_set_aside_is_not_held_back_as_well()
    {
        Redemption disputed = await EatAsync(_holding, 1_000);
        await EatAsync(_holding, 100);
        PrepareBatchRequest request = Request();
        request.SetAside.Add(disputed.Entry);

        SettlementPayment payment = (await Maker.PrepareBatchAsync(request)).Batch.Payments.Single();

        Assert.Equal((95, 5), (payment.NetAmount.Value, payment.HeldBackAmount.Value));
        Assert.Equal(1_000, (await PrepareAsync()).NetAmount.Value);
    }

    private static string BatchOf(SettlementPayment payment) => payment.Name.Split("/payments/")[0];

    private PrepareBatchRequest Request(DateOnly? releaseUntil = null) => new()
    {
        RequestId = Desk.Id(), Parent = _desk.Region, Providers = { _canteen },
        ReleaseHeldBackUntil = releaseUntil is { } day ? Desk.DateOf(day) : null,
    };

    private async Task<SettlementPayment> PrepareAsync(DateOnly? releaseUntil = null) =>
        (await Maker.PrepareBatchAsync(Request(releaseUntil))).Batch.Payments.Single();

    private async Task<Redemption> EatAsync(string voucher, long fen) =>
        (await _desk.Clerk(_canteen).RedeemVoucherAsync(_desk.Lunch(voucher, _canteen, fen))).Redemption;
}
