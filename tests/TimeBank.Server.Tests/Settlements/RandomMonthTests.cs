using Grpc.Core;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// Random months of redemptions, refunds, batches, withdrawals, rejections and returns. At the end everything is settled, and what the bank
/// paid is what providers earned, to the fen.
/// </summary>
[Collection(ServerCollection.Name)]
public sealed class RandomMonthTests(TestServer server)
{
    private const string Region = "430104";
    private const int Steps = 60;

    private readonly Desk _desk = new(server, Region);
    private readonly List<string> _providers = [];
    private readonly List<Redemption> _standing = [];
    private readonly List<SettlementBatch> _drafts = [];
    private readonly List<SettlementPayment> _approved = [], _paid = [];

    private SettlementService.SettlementServiceClient Maker { get; } =
        new(server.As(Role.FinanceMaker, subject: "maker", regions: Region));

    private SettlementService.SettlementServiceClient Checker { get; } =
        new(server.As(Role.FinanceChecker, subject: "checker", regions: Region));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_the_bank_paid_is_what_was_earned(int seed)
    {
        var random = new Random(seed);
        string[] vouchers = await BeginAsync(seed);
        long bank = await BalanceAsync("bank/main"), before = await OwedAsync();

        for (int step = 0; step < Steps; step++) await StepAsync(random, vouchers);
        while (_drafts.Count > 0) await ApproveAsync(_drafts[0]);
        await SettleAsync();

        Assert.Equal(0, before);
        long earned = _standing.Sum(redemption => redemption.Credited.Value), owed = await OwedAsync();
        // Refunds that came last are still owed by providers, who earn nothing more.
        Assert.InRange(owed, -earned, 0);
        Assert.Equal(earned, bank - await BalanceAsync("bank/main") + owed);
    }

    private async Task<string[]> BeginAsync(int seed)
    {
        string fund = await _desk.FundAsync($"random{seed}", 10_000_000);
        string programme = await _desk.FundedAsync(_desk.Meals($"random{seed}-meals"), (fund, 5_000_000));
        List<string> vouchers = [];
        string[] elders = [.. await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _desk.RegisterElderAsync()))];
        await _desk.IssueAsync(programme);
        foreach (string elder in elders) vouchers.Add((await _desk.VoucherOfAsync(elder, programme)).Name);
        for (int at = 0; at < 3; at++) _providers.Add(await _desk.ProviderAsync(V1.ServiceType.Meal));
        foreach (string provider in _providers) await PayeeSeed.WriteAsync(server.Services, provider);
        return [.. vouchers];
    }

    private async Task StepAsync(Random random, string[] vouchers)
    {
        string provider = _providers[random.Next(_providers.Count)];
        switch (random.Next(10))
        {
            case < 4:
                await TryAsync(async () => _standing.Add((await _desk.Clerk(provider).RedeemVoucherAsync(
                    _desk.Lunch(vouchers[random.Next(vouchers.Length)], provider, random.Next(1, 1_200)))).Redemption));
                break;
            case 4 when _standing.Count > 0:
                Redemption back = _standing[random.Next(_standing.Count)];
                await _desk.Clerk(back.Provider).RefundRedemptionAsync(
                    new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = back.Name, Memo = "back" });
                _standing.Remove(back);
                break;
            case 5:
                await PrepareAsync(random.Next(2) == 0 ? [provider] : [.. _providers]);
                break;
            case 6 when _drafts.Count > 0:
                SettlementBatch given = _drafts[random.Next(_drafts.Count)];
                await Maker.WithdrawBatchAsync(new WithdrawBatchRequest { RequestId = Desk.Id(), Name = given.Name, Note = "no" });
                _drafts.Remove(given);
                break;
            case 7 when _drafts.Count > 0:
                await ApproveAsync(_drafts[random.Next(_drafts.Count)]);
                break;
            case 8 when _approved.Count > 0:
                await WordAsync(_approved, random.Next(_approved.Count), random.Next(3) == 0 ? PaymentState.Rejected : PaymentState.Paid);
                break;
            case 9 when _paid.Count > 0 && random.Next(3) == 0:
                await WordAsync(_paid, random.Next(_paid.Count), PaymentState.Returned);
                break;
        }
    }

    /// <summary>Pays until nobody is owed anything.</summary>
    private async Task SettleAsync()
    {
        while (_approved.Count > 0) await WordAsync(_approved, 0, PaymentState.Paid);
        while (await PrepareAsync([.. _providers]))
        {
            await ApproveAsync(_drafts[0]);
            while (_approved.Count > 0) await WordAsync(_approved, 0, PaymentState.Paid);
        }
    }

    private async Task<bool> PrepareAsync(string[] providers)
    {
        bool prepared = false;
        await TryAsync(async () =>
        {
            _drafts.Add((await Maker.PrepareBatchAsync(
                new PrepareBatchRequest { RequestId = Desk.Id(), Parent = _desk.Region, Providers = { providers } })).Batch);
            prepared = true;
        });
        return prepared;
    }

    private async Task ApproveAsync(SettlementBatch batch)
    {
        await Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        SettlementBatch approved = await Checker.ApproveBatchAsync(new ApproveBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        _approved.AddRange(approved.Payments.Where(payment => payment.State == PaymentState.Approved));
        _drafts.Remove(batch);
    }

    private async Task WordAsync(List<SettlementPayment> payments, int at, PaymentState outcome)
    {
        SettlementPayment payment = payments[at];
        await Maker.RecordPaymentOutcomeAsync(new RecordPaymentOutcomeRequest
        {
            RequestId = Desk.Id(), Payment = payment.Name, Outcome = outcome, BankAccount = "main",
            Date = new Date { Year = 2026, Month = 10, Day = 1 },
        });
        payments.RemoveAt(at);
        if (outcome == PaymentState.Paid) _paid.Add(payment);
    }

    /// <summary>What rules refuse is no step: an empty voucher, or nothing to settle.</summary>
    private static async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.FailedPrecondition)
        {
        }
    }

    /// <summary>What this region's providers are owed or owe, in all accounts of settlement together.</summary>
    private async Task<long> OwedAsync()
    {
        long sum = 0;
        foreach (string provider in _providers)
        {
            string id = provider.Split('/')[^1];
            sum += await BalanceAsync($"provider/{id}/payable") - await BalanceAsync($"provider/{id}/owed");
        }
        return sum;
    }

    private async Task<long> BalanceAsync(string path)
    {
        try
        {
            return (await new LedgerService.LedgerServiceClient(server.As(Role.Auditor, regions: Region))
                .GetAccountAsync(new GetAccountRequest { Name = $"{_desk.Region}/accounts/{path}" })).Balance.Amount.Value;
        }
        catch (RpcException missing) when (missing.StatusCode == StatusCode.NotFound)
        {
            return 0;
        }
    }
}
