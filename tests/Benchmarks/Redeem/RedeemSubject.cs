using TimeBank.Benchmarks.Measures;
using TimeBank.V1;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>
/// <c>RedeemVoucher</c> over gRPC with every rule on. Each call is a new request on a voucher with money left, at one of ten providers.
/// </summary>
/// <param name="settings">Gives the server's settings when the subject opens.</param>
internal sealed class RedeemSubject(string name, int vouchers, Func<string[]> settings) : ISubject
{
    /// <summary>The price in fen. A voucher pays half of it, so it lasts for more than a thousand redemptions.</summary>
    private const long Price = 100;

    private ServerProcess? _server;
    private VoucherStock? _stock;
    private int _turn;

    public string Name => name;

    public IReadOnlyList<Scene> Scenes { get; } = [.. new[] { 1, 16, 64, 512 }.Select(callers => new Scene(callers, Payees.TenHot))];

    public int? Server => _server?.Id;

    /// <summary>Where the server's pages are.</summary>
    public string Address => _server!.Address;

    public async Task OpenAsync()
    {
        _server = await ServerProcess.StartAsync(settings());
        _stock = new VoucherStock(_server);
        await _stock.OpenAsync(vouchers);
    }

    public Task<Round> RunAsync(Scene scene, TimeSpan time) => Load.RunAsync(scene.Callers, time, _ => RedeemAsync());

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    private async Task RedeemAsync()
    {
        int turn = Interlocked.Increment(ref _turn);
        (string provider, VoucherService.VoucherServiceClient clerk) = _stock!.Clerks[turn % _stock.Clerks.Length];
        RedeemVoucherResponse answer = await clerk.RedeemVoucherAsync(new RedeemVoucherRequest
        {
            RequestId = VoucherStock.NextRequest(), Voucher = _stock.Vouchers[turn % _stock.Vouchers.Length], Provider = provider,
            Item = "care-home", Quantity = 1,
            Price = new Amount { Value = Price, Unit = "CNY" }, Place = ServicePlace.Home, Memo = "小票 8",
        });
        if (answer.Redemption.PaidByVoucher.Value != Price / 2) throw new InvalidOperationException("The voucher didn't pay half.");
    }
}
