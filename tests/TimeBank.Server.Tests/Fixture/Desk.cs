using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;
using Xunit;
using Programme = TimeBank.V1.Programme;
using ProgrammeScheme = TimeBank.V1.ProgrammeScheme;
using ServicePlace = TimeBank.V1.ServicePlace;
using ServiceType = TimeBank.V1.ServiceType;

namespace TimeBank.Server.Tests;

/// <summary>The staff of one region, and what a test needs to have before it begins. Every test class has a region of its own.</summary>
internal sealed class MoneyDesk(TestServer server, string region)
{
    private static readonly DateOnly Born = new(1940, 1, 1);
    private static int s_requests;

    public string Region => $"regions/{region}";

    public FundService.FundServiceClient Maker { get; } = new(server.As(Role.FinanceMaker, regions: region));

    public FundService.FundServiceClient Auditor { get; } = new(server.As(Role.Auditor, regions: region));

    public VoucherService.VoucherServiceClient Vouchers { get; } = new(server.As(Role.FinanceMaker, regions: region));

    public ProviderService.ProviderServiceClient Administrator { get; } = new(server.As(Role.Administrator, regions: region));

    public static Date October { get; } = new() { Year = 2026, Month = 10 };

    public static Period AllDays { get; } =
        new() { FirstDay = new Date { Year = 2026, Month = 1, Day = 1 }, LastDay = new Date { Year = 2027, Month = 12, Day = 31 } };

    public static Amount Fen(long value) => new() { Value = value, Unit = "CNY" };

    public VoucherService.VoucherServiceClient Clerk(string provider) => new(server.As(Role.ProviderClerk, provider, regions: region));

    public VoucherService.VoucherServiceClient Elder(string elder) => new(server.As(Role.Elder, elder, regions: region));

    public VoucherService.VoucherServiceClient Counter() => new(server.As(Role.Counter, regions: region));

    public ProviderService.ProviderServiceClient ProviderClerk(string provider) =>
        new(server.As(Role.ProviderClerk, provider, regions: region));

    /// <summary>A request id of its own, or the same again where a name is given.</summary>
    public string Request(string name = "")
    {
        string text = $"{region} {(name.Length > 0 ? name : $"request {Interlocked.Increment(ref s_requests)}")}";
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text))[..16]).ToString("D");
    }

    public Task<string> TrialBalanceAsync() => server.TrialBalanceAsync(region);

    public async Task<string> FundAsync(string id, long fen)
    {
        Fund fund = await Maker.CreateFundAsync(
            new CreateFundRequest { RequestId = Request(), Parent = Region, FundId = id, Kind = V1.FundKind.Lottery,
            DisplayName = "福彩公益金" });
        if (fen > 0) await Maker.RecordReceiptAsync(Receipt(fund.Name, fen));
        return fund.Name;
    }

    public RecordReceiptRequest Receipt(string fund, long fen) => new()
    {
        RequestId = Request(), Fund = fund, Amount = Fen(fen), BankAccount = "main",
            ReceivedDate = new Date { Year = 2026, Month = 9, Day = 30 }, Reference = "凭证 1",
    };

    public CreateProgrammeRequest Meals(string id) => new()
    {
        RequestId = Request(), Parent = Region, ProgrammeId = id, DisplayName = "助餐", Scheme = ProgrammeScheme.UnitVoucher,
            ServiceTypes = { ServiceType.Meal },
        MonthlyQuota = new Amount { Value = 10, Unit = "MEAL" }, ContractPrice = Fen(1_200), Eligibility = new Eligibility { MinAge = 80 },
    };

    public CreateProgrammeRequest National(string id) => new()
    {
        RequestId = Request(), Parent = Region, ProgrammeId = id, DisplayName = "消费补贴", Scheme = ProgrammeScheme.NationalEVoucher,
            ServiceTypes = { ServiceType.Care, ServiceType.Medical },
    };

    public async Task<string> FundedAsync(CreateProgrammeRequest request, params (string Fund, long Fen)[] funds)
    {
        Programme programme = await Maker.CreateProgrammeAsync(request);
        await Maker.AllotFundsAsync(Allotment(programme.Name, funds));
        return programme.Name;
    }

    public AllotFundsRequest Allotment(string programme, params (string Fund, long Fen)[] funds) => new()
    {
        RequestId = Request(), Programme = programme,
            ByAmounts =
            new AllotmentByAmounts { Lines = { funds.Select(line => new FundAmount { Fund = line.Fund, Amount = Fen(line.Fen) }) } },
    };

    /// <summary>An elder on the register; with points, one who has just been assessed.</summary>
    public async Task<string> RegisterElderAsync(int? points = null)
    {
        Command Command() => new(Guid.Parse(Request()), Digest.Of(Encoding.UTF8.GetBytes("elder")).ToString(), "registrar", "", "");
        Command command = Command();
        IElderGrain elder = server.Services.GetRequiredService<IGrainFactory>().GetGrain<IElderGrain>($"{region}/{command.NewId}");
        Assert.Null((await elder.RegisterAsync(command, "老人", Born, Difficulties.None)).Refusal);
        if (points is { } score) Assert.Null(
            (await elder.RecordAssessmentAsync(
            Command(), new AssessmentRecord(score, new DateOnly(2026, 9, 1), region), Difficulties.None))
            .Refusal);
        return $"{Region}/elders/{command.NewId}";
    }

    public async Task<string> ProviderAsync(params ServiceType[] types)
    {
        Provider provider = await Administrator.RegisterProviderAsync(new RegisterProviderRequest
        {
            RequestId = Request(), Parent = Region, DisplayName = "食堂", ServiceTypes = { types }, Accreditation = AllDays,
        });
        return provider.Name;
    }

    /// <summary>Issues October's vouchers and gives what the run said at each step.</summary>
    public Task<List<RunProgress>> IssueAsync(string programme, string requestId = "") =>
        RunAsync(Vouchers.IssueVouchers(
            new IssueVouchersRequest { RequestId = requestId.Length > 0 ? requestId : Request(), Programme = programme, Month = October }));

    public static async Task<List<RunProgress>> RunAsync(AsyncServerStreamingCall<RunProgress> call)
    {
        using (call)
        {
            var steps = new List<RunProgress>();
            while (await call.ResponseStream.MoveNext(CancellationToken.None)) steps.Add(call.ResponseStream.Current);
            return steps;
        }
    }

    /// <summary>The voucher that an elder has of a programme.</summary>
    public async Task<Voucher> VoucherOfAsync(string elder, string programme) =>
        Assert.Single((await Vouchers.ListVouchersAsync(new ListVouchersRequest { Parent = Region, Elder = elder, Programme = programme }))
            .Vouchers);

    public RedeemVoucherRequest Lunch(string voucher, string provider, long price = 1_000) => new()
    {
        RequestId = Request(), Voucher = voucher, Provider = provider, Item = "meal-canteen", Quantity = 1, Price = Fen(price),
            Memo = "小票 8",
    };

    public RedeemVoucherRequest Care(string voucher, string provider, long price = 6_000) => new()
    {
        RequestId = Request(), Voucher = voucher, Provider = provider, Item = "care-home", Quantity = 1, Price = Fen(price),
            Place = ServicePlace.Home,
    };
}
