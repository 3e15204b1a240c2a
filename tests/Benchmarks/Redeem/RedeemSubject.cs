using TimeBank.Benchmarks.Measures;
using TimeBank.V1;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>A call that takes money from a voucher, or asks what it would take.</summary>
internal delegate Task VoucherCall(VoucherStock stock, int turn);

/// <summary>
/// <c>RedeemVoucher</c> over gRPC with every rule on, or a bill. Each call is a new request on a voucher with money left, at one of ten
/// providers.
/// </summary>
/// <param name="vouchers">How many elders have vouchers.</param>
/// <param name="settings">Gives the server's settings when the subject opens.</param>
internal sealed class RedeemSubject(string name, int vouchers, VoucherCall call, Func<string[]> settings) : ISubject
{
    /// <summary>The price in fen. A voucher pays half of it, so it lasts for more than a thousand redemptions.</summary>
    private const long Price = 100;

    private ServerProcess? _server;
    private VoucherStock? _stock;
    private int _turn;

    public string Name => name;

    public static IReadOnlyList<Scene> All { get; } = [.. new[] { 1, 16, 64, 512 }.Select(callers => new Scene(callers, Payees.TenHot))];

    public IReadOnlyList<Scene> Scenes => All;

    /// <summary>A checkout of another build whose server is asked; null: the server of this build.</summary>
    public string? Checkout { get; init; }

    /// <summary>How many vouchers each elder has: 1, or 3 of three programmes.</summary>
    public int Each { get; init; } = 1;

    public int? Server => _server?.Id;

    /// <summary>Where the server's pages are.</summary>
    public string Address => _server!.Address;

    public async Task OpenAsync()
    {
        _server = await ServerProcess.StartAsync(settings(), Checkout);
        _stock = new VoucherStock(_server);
        await _stock.OpenAsync(vouchers, Each);
    }

    public Task<Round> RunAsync(Scene scene, TimeSpan time) =>
        Load.RunAsync(scene.Callers, time, _ => call(_stock!, Interlocked.Increment(ref _turn)));

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    /// <summary>One service, one voucher.</summary>
    public static async Task RedeemAsync(VoucherStock stock, int turn)
    {
        (string provider, VoucherService.VoucherServiceClient clerk) = stock.Clerks[turn % stock.Clerks.Length];
        RedeemVoucherResponse answer = await clerk.RedeemVoucherAsync(new RedeemVoucherRequest
        {
            RequestId = VoucherStock.NextRequest(), Voucher = stock.Purses[turn % stock.Purses.Length].Vouchers[0], Provider = provider,
            Item = "care-home", Quantity = 1,
            Price = new Amount { Value = Price, Unit = "CNY" }, Place = ServicePlace.Home, Memo = "小票 8",
        });
        if (answer.Redemption.PaidByVoucher.Value != Price / 2) throw new InvalidOperationException("The voucher didn't pay half.");
    }

    /// <summary>A bill of two lines that a clerk asks about.</summary>
    public static Task QuoteAsync(VoucherStock stock, int turn) => BillAsync(stock, turn, validateOnly: true, "care-home", "care-home");

    /// <summary>A bill of two lines that one voucher pays as it is.</summary>
    public static Task PayAsync(VoucherStock stock, int turn) => BillAsync(stock, turn, validateOnly: false, "care-home", "care-home");

    /// <summary>A bill of three lines, each paid by another voucher.</summary>
    public static Task PayOfThreeAsync(VoucherStock stock, int turn) =>
        BillAsync(stock, turn, validateOnly: false, "care-home", "urgent-call", "mobility-escort");

    private static async Task BillAsync(VoucherStock stock, int turn, bool validateOnly, params string[] items)
    {
        (string provider, VoucherService.VoucherServiceClient clerk) = stock.Clerks[turn % stock.Clerks.Length];
        (string elder, string[] vouchers) = stock.Purses[turn % stock.Purses.Length];
        var half = new Amount { Value = Price / 2, Unit = "CNY" };
        PayBillResponse answer = await clerk.PayBillAsync(new PayBillRequest
        {
            RequestId = VoucherStock.NextRequest(), Elder = elder, Provider = provider, Place = ServicePlace.Home,
            Lines = { items.Select(item => new BillLine { Item = item, Quantity = 1, Price = half }) }, Vouchers = { vouchers },
            Memo = "小票 8", ValidateOnly = validateOnly,
        });
        if (answer.Bill.Credited.Value != Price / 4 * items.Length) throw new InvalidOperationException("The vouchers didn't pay half.");
        if (answer.Bill.Lines.SelectMany(line => line.Shares).Select(share => share.Voucher).Distinct().Count() != vouchers.Length)
            throw new InvalidOperationException("Not every voucher paid.");
    }
}
