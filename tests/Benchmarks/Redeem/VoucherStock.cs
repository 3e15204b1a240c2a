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

    /// <summary>Each elder with the resource names of the vouchers, the national one first.</summary>
    public (string Elder, string[] Vouchers)[] Purses { get; private set; } = [];

    /// <summary>Ten providers' names, each with a client of its clerk.</summary>
    public (string Name, VoucherService.VoucherServiceClient Clerk)[] Clerks { get; private set; } = [];

    /// <summary>A new request id, of the UUID version that callers should use.</summary>
    public static string NextRequest() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    /// <param name="elders">How many elders have vouchers.</param>
    /// <param name="each">How many each has: the national one, and one of 80,000 fen for urgent help and for company on the way.</param>
    public async Task OpenAsync(int elders, int each = 1)
    {
        await RegisterEldersAsync(elders);
        string[] programmes =
        [
            await FundAsync(elders),
            .. each == 1 ? [] : await Task.WhenAll(
                SubsidyAsync(elders, "urgent", ServiceType.Urgent), SubsidyAsync(elders, "mobility", ServiceType.Mobility)),
        ];
        foreach (string programme in programmes) await IssueAsync(programme);
        Purses = await ListAsync(programmes[0]);
        if (Purses.Length != elders || Purses.Any(purse => purse.Vouchers.Length != each))
            throw new InvalidOperationException($"{elders} elders should have {each} vouchers each.");
        var clerks = new List<(string, VoucherService.VoucherServiceClient)>();
        while (clerks.Count < Providers)
        {
            string provider = await _desk.ProviderAsync(ServiceType.Care, ServiceType.Urgent, ServiceType.Mobility);
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

    private async Task<string> SubsidyAsync(int elders, string id, ServiceType type)
    {
        CreateProgrammeRequest request = _desk.Subsidy(id);
        request.MonthlyQuota = Desk.Fen(VoucherFen);
        request.ServiceTypes.Clear();
        request.ServiceTypes.Add(type);
        return await _desk.FundedAsync(request, (await _desk.FundAsync(id, VoucherFen * elders), VoucherFen * elders));
    }

    private async Task<(string Elder, string[] Vouchers)[]> ListAsync(string first)
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
        return
        [
            .. found.GroupBy(voucher => voucher.Elder).Select(own => (
                own.Key, own.OrderBy(voucher => voucher.Programme != first).Select(voucher => voucher.Name).ToArray())),
        ];
    }
}
