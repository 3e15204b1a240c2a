using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Testing;

/// <summary>A server that tests call with tokens of their choice.</summary>
public interface ICalledServer
{
    /// <summary>The time of the server's business clock.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Calls with a token of a role, its regions, and a party's own resource name.</summary>
    CallInvoker As(Role role, string party = "", string subject = "", params string[] regions);
}

/// <summary>
/// The staff of one region: makes funds, programmes, people and vouchers for tests, over gRPC. A test class that counts a region's contents
/// needs its own region.
/// </summary>
public sealed partial class Desk(ICalledServer server, string region = "430211")
{
    private static int s_requests, s_receipts;

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

    /// <summary>An unused request id.</summary>
    public static string Id() => new Guid(0x48_4F_55_52, 0, 0, BitConverter.GetBytes((long)Interlocked.Increment(ref s_requests)))
        .ToString();

    /// <summary>A request id made from a name and the region: the same name gives the same id again.</summary>
    public string Id(string name) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{region} {name}"))[..16]).ToString("D");

    /// <summary>Describes one of our bank accounts, unless somebody has.</summary>
    public async Task BankAccountAsync(string slug = "main")
    {
        var accounts = new BankAccountService.BankAccountServiceClient(server.As(Role.Administrator, regions: region));
        ListBankAccountsResponse known = await accounts.ListBankAccountsAsync(new ListBankAccountsRequest { Parent = Region });
        if (known.BankAccounts.Any(account => account.Name == $"{Region}/bankAccounts/{slug}")) return;
        await accounts.SetBankAccountAsync(new SetBankAccountRequest
        {
            RequestId = Id(), Name = $"{Region}/bankAccounts/{slug}", HolderName = "演示民政局", AccountNumber = "6222000000000001",
            BankName = "演示银行", BankCode = "102100099996",
        });
    }

    /// <param name="isBankKnown">False: no bank account is described, so no receipt can be recorded.</param>
    public async Task<string> FundAsync(string id, long fen, FundKind kind = FundKind.Lottery, bool isBankKnown = true)
    {
        if (isBankKnown) await BankAccountAsync();
        Fund fund = await Maker.CreateFundAsync(
            new CreateFundRequest
            {
                RequestId = Id(), Parent = Region, FundId = id, Kind = kind,
                DisplayName = kind == FundKind.Lottery ? "福彩公益金" : "捐赠"
            });
        if (fen > 0) await Maker.RecordReceiptAsync(Receipt(fund.Name, fen));
        return fund.Name;
    }

    public RecordReceiptRequest Receipt(string fund, long fen) => new()
    {
        RequestId = Id(), Fund = fund, Amount = Fen(fen), BankAccount = "main",
        ReceivedDate = DateOf(Today.AddDays(-1)), Reference = $"凭证 {Interlocked.Increment(ref s_receipts)}",
    };

    public CreateProgrammeRequest Meals(string id) => new()
    {
        RequestId = Id(), Parent = Region, ProgrammeId = id, DisplayName = "助餐", Scheme = ProgrammeScheme.UnitVoucher,
        ServiceTypes = { ServiceType.Meal },
        MonthlyQuota = new Amount { Value = 10, Unit = "MEAL" }, ContractPrice = Fen(1_200), Eligibility = new Eligibility { MinAge = 80 },
    };

    public CreateProgrammeRequest National(string id) => new()
    {
        RequestId = Id(), Parent = Region, ProgrammeId = id, DisplayName = "消费补贴", Scheme = ProgrammeScheme.NationalEVoucher,
        ServiceTypes = { ServiceType.Care, ServiceType.Medical },
    };

    /// <summary>200 yuan a month from the age of 80 on, which never expire.</summary>
    public CreateProgrammeRequest Subsidy(string id) => new()
    {
        RequestId = Id(), Parent = Region, ProgrammeId = id, DisplayName = "护理补贴", Scheme = ProgrammeScheme.PersistentSubsidy,
        ServiceTypes = { ServiceType.Care }, MonthlyQuota = Fen(20_000), Eligibility = new Eligibility { MinAge = 80 },
    };

    public async Task<string> FundedAsync(CreateProgrammeRequest request, params (string Fund, long Fen)[] funds)
    {
        Programme programme = await Maker.CreateProgrammeAsync(request);
        await Maker.AllotFundsAsync(Allotment(programme.Name, funds));
        return programme.Name;
    }

    public AllotFundsRequest Allotment(string programme, params (string Fund, long Fen)[] funds) => new()
    {
        RequestId = Id(), Programme = programme,
        ByAmounts =
            new AllotmentByAmounts { Lines = { funds.Select(line => new FundAmount { Fund = line.Fund, Amount = Fen(line.Fen) }) } },
    };

    /// <summary>Registers an elder of 86 without difficulties. With points, also records an assessment of last month.</summary>
    public async Task<string> RegisterElderAsync(int? points = null)
    {
        string elder = (await Elders().RegisterElderAsync(new RegisterElderRequest
        {
            RequestId = Id(), Parent = Region, DisplayName = "老人", BirthDate = new Date { Year = 1940, Month = 1, Day = 1 },
        })).Name;
        if (points is { } score) await Elders().RecordAssessmentAsync(new RecordAssessmentRequest
        {
            RequestId = Id(), Elder = elder, AssessedDate = DateOf(Today.AddMonths(-1)), Score = score,
        });
        return elder;
    }

    public async Task<string> ProviderAsync(params ServiceType[] types)
    {
        Provider provider = await Administrator.RegisterProviderAsync(new RegisterProviderRequest
        {
            RequestId = Id(), Parent = Region, DisplayName = "食堂", ServiceTypes = { types }, Accreditation = AllDays,
        });
        return provider.Name;
    }

    /// <summary>Issues October's vouchers. Returns the run's progress messages.</summary>
    public Task<List<RunProgress>> IssueAsync(string programme, string requestId = "") =>
        RunAsync(Vouchers.IssueVouchers(
            new IssueVouchersRequest { RequestId = requestId.Length > 0 ? requestId : Id(), Programme = programme, Month = October }));

    /// <summary>Everything that a run says. The last message has the summary.</summary>
    public static async Task<List<RunProgress>> RunAsync(AsyncServerStreamingCall<RunProgress> call)
    {
        using (call)
        {
            var said = new List<RunProgress>();
            while (await call.ResponseStream.MoveNext(CancellationToken.None)) said.Add(call.ResponseStream.Current);
            return said;
        }
    }

    /// <summary>An elder's only voucher of a programme.</summary>
    public async Task<Voucher> VoucherOfAsync(string elder, string programme) =>
        Assert.Single((await Vouchers.ListVouchersAsync(new ListVouchersRequest { Parent = Region, Elder = elder, Programme = programme }))
            .Vouchers);

    public RedeemVoucherRequest Lunch(string voucher, string provider, long price = 1_000) => new()
    {
        RequestId = Id(), Voucher = voucher, Provider = provider, Item = "meal-canteen", Quantity = 1, Price = Fen(price),
        Memo = "小票 8",
    };

    public RedeemVoucherRequest Care(string voucher, string provider, long price = 6_000) => new()
    {
        RequestId = Id(), Voucher = voucher, Provider = provider, Item = "care-home", Quantity = 1, Price = Fen(price),
        Place = ServicePlace.Home,
    };
}
