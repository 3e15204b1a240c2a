using Grpc.Core;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>An elder with three vouchers of three programmes, and a provider that gives what they pay for.</summary>
internal sealed class BillDesk(TestServer server, string region)
{
    private static int s_used;

    public Desk Desk { get; } = new(server, region);

    public string Id { get; } = $"bill{Interlocked.Increment(ref s_used)}";

    public string Elder { get; private set; } = "";

    public string Provider { get; private set; } = "";

    /// <summary>Ten meals each, of 1,200 and 800 fen, and money.</summary>
    public Voucher Meals { get; private set; } = null!;

    public Voucher Cheap { get; private set; } = null!;

    public Voucher Money { get; private set; } = null!;

    public VoucherService.VoucherServiceClient Clerk => Desk.Clerk(Provider);

    public async Task OpenAsync(bool holdsBack = false)
    {
        string fund = await Desk.FundAsync($"{Id}-fund", 50_000_000),
            other = await Desk.FundAsync($"{Id}-gift", 50_000_000, FundKind.Donation);
        CreateProgrammeRequest cheap = Desk.Meals($"{Id}-cheap"), meals = Desk.Meals($"{Id}-meals");
        cheap.ContractPrice = Desk.Fen(800);
        meals.HoldsBack = holdsBack;
        string[] programmes =
        [
            await Desk.FundedAsync(meals, (fund, 3_000_000), (other, 2_000_000)),
            await Desk.FundedAsync(cheap, (fund, 5_000_000)),
            await Desk.FundedAsync(Desk.National($"{Id}-money"), (other, 20_000_000)),
        ];
        Elder = await Desk.RegisterElderAsync(points: 40);
        Provider = await Desk.ProviderAsync(ServiceType.Meal, ServiceType.Care);
        foreach (string programme in programmes) await Desk.IssueAsync(programme);
        Meals = await Desk.VoucherOfAsync(Elder, programmes[0]);
        Cheap = await Desk.VoucherOfAsync(Elder, programmes[1]);
        Money = await Desk.VoucherOfAsync(Elder, programmes[2]);
    }

    /// <summary>Twelve meals, which both meal vouchers share, and care, which money pays.</summary>
    public PayBillRequest Bill() => new()
    {
        RequestId = Desk.Id(), Elder = Elder, Provider = Provider, Place = ServicePlace.Home, Memo = "小票 9",
        Vouchers = { Money.Name, Cheap.Name, Meals.Name },
        Lines = { Line("meal-canteen", 12, 14_400), Line("care-home", 1, 6_001, insurance: 1_000) },
    };

    /// <summary>One meal.</summary>
    public PayBillRequest Small() => new()
    {
        RequestId = Desk.Id(), Elder = Elder, Provider = Provider, Place = ServicePlace.Home,
        Vouchers = { Meals.Name, Cheap.Name },
        Lines = { Line("meal-canteen", 1, 1_000) },
    };

    /// <summary>Care of 20 yuan, which money pays.</summary>
    public PayBillRequest Care() => new()
    {
        RequestId = Desk.Id(), Elder = Elder, Provider = Provider, Place = ServicePlace.Home, Vouchers = { Money.Name },
        Lines = { Line("care-home", 1, 2_000) },
    };

    public static BillLine Line(string item, long quantity, long price, long insurance = 0) => new()
    {
        Item = item, Quantity = quantity, Price = Desk.Fen(price), Insurance = insurance > 0 ? Desk.Fen(insurance) : null,
    };

    public RefundBillRequest Refund(Bill bill, params int[] lines) =>
        new() { RequestId = Desk.Id(), Bill = bill.Name, Memo = "错", Lines = { lines } };

    public async Task<PayBillResponse> QuoteAsync(PayBillRequest bill) =>
        await Clerk.PayBillAsync(new PayBillRequest(bill) { ValidateOnly = true });

    public async Task<long> LeftAsync(Voucher voucher) =>
        (await Clerk.GetVoucherAsync(new GetVoucherRequest { Name = voucher.Name })).Remaining.Value;

    public async Task<long> PayableAsync() =>
        (await Desk.ProviderClerk(Provider).GetProviderAsync(new GetProviderRequest { Name = Provider })).Payable.Value;

    public async Task<ListRedemptionsResponse> ListAsync(int pageSize = 1_000, string token = "", Voucher? of = null,
        RedemptionState state = RedemptionState.Unspecified) =>
        await Desk.ProviderClerk(Provider).ListRedemptionsAsync(new ListRedemptionsRequest
        {
            Parent = Desk.Region, Provider = Provider, PageSize = pageSize, PageToken = token, Voucher = of?.Name ?? "", State = state,
        });

    /// <summary>
    /// Bills and redemptions at once of one elder. Each asks for all that the vouchers have, or for more than half of it; what was paid is
    /// what the vouchers lack and what the provider is owed.
    /// </summary>
    public async Task RaceAsync()
    {
        PayBillRequest bill = Bill();
        bill.Lines[0].Quantity = 6;
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(async at => await AnswerAsync(async () =>
        {
            if (at % 3 == 0) await Clerk.PayBillAsync(new PayBillRequest(bill) { RequestId = Desk.Id() });
            else await Clerk.RedeemVoucherAsync(
                new RedeemVoucherRequest(Desk.Lunch((at % 3 == 1 ? Meals : Cheap).Name, Provider)) { Quantity = 3 });
        })));

        // A refusal says why, and none is an error of ours.
        string[] fair = ["paid", "QUOTE_CHANGED", "INSUFFICIENT_BALANCE", "VOUCHER_USED_UP", "NO_VOUCHER_USABLE", "NOTHING_TO_PAY"];
        Assert.All(answers, answer => Assert.Contains(answer, fair));
        Assert.Contains("paid", answers);
        Redemption[] redemptions = [.. (await ListAsync()).Redemptions];
        foreach (Voucher voucher in new[] { Meals, Cheap, Money })
        {
            Assert.Equal(voucher.Remaining.Value - await LeftAsync(voucher),
                redemptions.Where(one => one.Voucher == voucher.Name).Sum(one => one.PaidByVoucher.Value));
        }
        Assert.Equal(await PayableAsync(), redemptions.Sum(one => one.Credited.Value));
    }

    /// <summary>"paid", or the reason of the refusal.</summary>
    public static async Task<string> AnswerAsync(Func<Task> call)
    {
        try
        {
            await call();
            return "paid";
        }
        catch (RpcException error)
        {
            return error.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason;
        }
    }
}
