using System.Diagnostics;
using Grpc.Core;
using TimeBank.V1;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>
/// Everything that must be there before a voucher can be redeemed, made through the API alone: elders, a fund, a programme, vouchers,
/// providers.
/// </summary>
internal sealed class VoucherDesk(ServerProcess server)
{
    private const string Code = "430211", Region = $"regions/{Code}";
    private const int Providers = 10, ElderCallers = 32, ListPage = 1_000;

    /// <summary>What a voucher of the national programme holds at first, in fen.</summary>
    private const long VoucherFen = 80_000;

    private static readonly TimeSpan s_chinaTime = TimeSpan.FromHours(8);
    private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow().ToOffset(s_chinaTime);

    /// <summary>The names of the vouchers.</summary>
    public string[] Vouchers { get; private set; } = [];

    /// <summary>Ten providers, and a clerk of each.</summary>
    public (string Name, VoucherService.VoucherServiceClient Clerk)[] Clerks { get; private set; } = [];

    /// <summary>A UUID that no other call has, of the version that callers are asked for.</summary>
    public static string NextRequest() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    public async Task OpenAsync(int vouchers)
    {
        await RegisterEldersAsync(vouchers);
        string programme = await FundAsync(vouchers);
        await IssueAsync(programme);
        await ListAsync();
        if (Vouchers.Length != vouchers) throw new InvalidOperationException($"{Vouchers.Length} vouchers were issued and not {vouchers}.");
        Clerks = await RegisterProvidersAsync();
    }

    /// <summary>Registers elders who are entitled to a voucher.</summary>
    public async Task RegisterEldersAsync(int count)
    {
        var counter = new ElderService.ElderServiceClient(await server.AsAsync("counter", Code));
        var assessed = new Date { Year = s_now.Year, Month = s_now.Month, Day = 1 };
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, ElderCallers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) <= count)
            {
                Elder elder = await counter.RegisterElderAsync(new RegisterElderRequest
                {
                    RequestId = NextRequest(), Parent = Region, DisplayName = "老人",
                        BirthDate = new Date { Year = 1940, Month = 1, Day = 1 },
                });
                await counter.RecordAssessmentAsync(
                    new RecordAssessmentRequest { RequestId = NextRequest(), Elder = elder.Name, AssessedDate = assessed, Score = 20 });
            }
        })));
    }

    /// <summary>A programme with money of its own for so many vouchers.</summary>
    public async Task<string> FundAsync(int vouchers, string id = "national")
    {
        var maker = new FundService.FundServiceClient(await server.AsAsync("finance_maker", Code));
        var all = new Amount { Value = VoucherFen * vouchers, Unit = "CNY" };
        Fund fund = await maker.CreateFundAsync(
            new CreateFundRequest { RequestId = NextRequest(), Parent = Region, FundId = id, Kind = FundKind.Lottery,
            DisplayName = "福彩公益金" });
        await maker.RecordReceiptAsync(new RecordReceiptRequest
        {
            RequestId = NextRequest(), Fund = fund.Name, Amount = all, BankAccount = "main", Reference = "凭证 1",
            ReceivedDate = new Date { Year = s_now.Year, Month = s_now.Month, Day = 1 },
        });
        Programme programme = await maker.CreateProgrammeAsync(new CreateProgrammeRequest
        {
            RequestId = NextRequest(), Parent = Region, ProgrammeId = id, DisplayName = "消费补贴", Scheme = ProgrammeScheme.NationalEVoucher,
                ServiceTypes = { ServiceType.Care },
        });
        await maker.AllotFundsAsync(new AllotFundsRequest
        {
            RequestId = NextRequest(), Programme = programme.Name,
                ByAmounts = new AllotmentByAmounts { Lines = { new FundAmount { Fund = fund.Name, Amount = all } } },
        });
        return programme.Name;
    }

    /// <summary>The run of this month's vouchers.</summary>
    /// <returns>How long it took, how many it issued, and how often it told its progress.</returns>
    public async Task<(TimeSpan Time, long Issued, int Steps)> IssueAsync(string programme)
    {
        var maker = new VoucherService.VoucherServiceClient(await server.AsAsync("finance_maker", Code));
        long start = Stopwatch.GetTimestamp(), issued = 0;
        int steps = 0;
        using AsyncServerStreamingCall<RunProgress> run = maker.IssueVouchers(new IssueVouchersRequest
        {
            RequestId = NextRequest(), Programme = programme, Month = new Date { Year = s_now.Year, Month = s_now.Month },
        });
        for (; await run.ResponseStream.MoveNext(CancellationToken.None); steps++) issued = run.ResponseStream.Current.Changed;
        return (Stopwatch.GetElapsedTime(start), issued, steps);
    }

    private async Task ListAsync()
    {
        var maker = new VoucherService.VoucherServiceClient(await server.AsAsync("finance_maker", Code));
        var names = new List<string>();
        for (string token = ""; ;)
        {
            ListVouchersResponse page = await maker.ListVouchersAsync(
                new ListVouchersRequest { Parent = Region, PageSize = ListPage, PageToken = token });
            names.AddRange(page.Vouchers.Select(voucher => voucher.Name));
            if (page.NextPageToken.Length == 0) break;
            token = page.NextPageToken;
        }
        Vouchers = [.. names];
    }

    private async Task<(string, VoucherService.VoucherServiceClient)[]> RegisterProvidersAsync()
    {
        var administrator = new ProviderService.ProviderServiceClient(await server.AsAsync("administrator", Code));
        var clerks = new (string, VoucherService.VoucherServiceClient)[Providers];
        for (int at = 0; at < Providers; at++)
        {
            Provider provider = await administrator.RegisterProviderAsync(new RegisterProviderRequest
            {
                RequestId = NextRequest(), Parent = Region, DisplayName = "护理站", ServiceTypes = { ServiceType.Care },
                Accreditation = new Period { FirstDay = new Date { Year = 2020, Month = 1, Day = 1 },
                    LastDay = new Date { Year = s_now.Year + 1, Month = 12, Day = 31 } },
            });
            clerks[at] =
                (provider.Name, new VoucherService.VoucherServiceClient(await server.AsAsync("provider_clerk", Code, provider.Name)));
        }
        return clerks;
    }
}
