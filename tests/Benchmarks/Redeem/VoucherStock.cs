using System.Diagnostics;
using TimeBank.Testing;
using TimeBank.V1;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>Makes everything that redemptions need, through the API alone: elders, a fund, a programme, vouchers, providers.</summary>
internal sealed class VoucherStock(ServerProcess server)
{
    private const int Providers = 10, ElderCallers = 32, ListPage = 1_000, AssessedPoints = 20;

    /// <summary>The face value of a national voucher, in fen.</summary>
    private const long VoucherFen = 80_000;

    private readonly Desk _desk = new(server);

    /// <summary>The vouchers' resource names.</summary>
    public string[] Vouchers { get; private set; } = [];

    /// <summary>Each voucher's elder.</summary>
    public string[] Elders { get; private set; } = [];

    /// <summary>Ten providers' names, each with a client of its clerk.</summary>
    public (string Name, VoucherService.VoucherServiceClient Clerk)[] Clerks { get; private set; } = [];

    /// <summary>A new request id, of the UUID version that callers should use.</summary>
    public static string NextRequest() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    public async Task OpenAsync(int vouchers)
    {
        await RegisterEldersAsync(vouchers);
        string programme = await FundAsync(vouchers);
        await IssueAsync(programme);
        await ListAsync();
        if (Vouchers.Length != vouchers) throw new InvalidOperationException($"{Vouchers.Length} vouchers were issued and not {vouchers}.");
        var clerks = new List<(string, VoucherService.VoucherServiceClient)>();
        while (clerks.Count < Providers)
        {
            string provider = await _desk.ProviderAsync(ServiceType.Care);
            clerks.Add((provider, _desk.Clerk(provider)));
        }
        Clerks = [.. clerks];
    }

    /// <summary>Registers elders who are entitled to a voucher.</summary>
    public async Task RegisterEldersAsync(int count)
    {
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, ElderCallers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) <= count) await _desk.RegisterElderAsync(AssessedPoints);
        })));
    }

    /// <summary>Opens a programme with its own fund's money for this many vouchers.</summary>
    public async Task<string> FundAsync(int vouchers, string id = "national")
    {
        string fund = await _desk.FundAsync(id, VoucherFen * vouchers);
        return await _desk.FundedAsync(_desk.National(id), (fund, VoucherFen * vouchers));
    }

    /// <summary>Issues this month's vouchers.</summary>
    /// <returns>The run's time, the number of vouchers, and the number of progress messages.</returns>
    public async Task<(TimeSpan Time, long Issued, int Steps)> IssueAsync(string programme)
    {
        long start = Stopwatch.GetTimestamp();
        List<RunProgress> steps = await Desk.RunAsync(_desk.Vouchers.IssueVouchers(
            new IssueVouchersRequest { RequestId = NextRequest(), Programme = programme, Month = _desk.Month() }));
        return (Stopwatch.GetElapsedTime(start), steps[^1].Changed, steps.Count);
    }

    private async Task ListAsync()
    {
        var found = new List<Voucher>();
        for (string token = ""; ;)
        {
            ListVouchersResponse page = await _desk.Vouchers.ListVouchersAsync(
                new ListVouchersRequest { Parent = _desk.Region, PageSize = ListPage, PageToken = token });
            found.AddRange(page.Vouchers);
            if (page.NextPageToken.Length == 0) break;
            token = page.NextPageToken;
        }
        Vouchers = [.. found.Select(voucher => voucher.Name)];
        Elders = [.. found.Select(voucher => voucher.Elder)];
    }
}
