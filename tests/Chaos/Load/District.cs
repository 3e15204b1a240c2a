using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Server;
using TimeBank.V1;

namespace TimeBank.Chaos.Load;

/// <summary>The people and programmes of one region, made over gRPC before a scenario breaks anything, and everyone's tokens.</summary>
/// <param name="data">The data folder of a server, whose local issuer makes the tokens.</param>
/// <param name="start">The clock's first time. Settling moves the clock by <see cref="Settling"/>.</param>
internal sealed class District(string data, DateTimeOffset start) : IDisposable
{
    public const string Region = "430211", Parent = $"regions/{Region}", Fund = $"{Parent}/funds/lottery",
        Programme = $"{Parent}/programmes/meals";

    public const string FundPath = "fund/lottery/available", Allotted = "programme/meals/allotted",
        Committed = "programme/meals/committed", Units = "programme/meals/units";

    public const long MealsEach = 400, MealFen = 1_200, MinutesEarned = 120;

    private const int Counters = 10, Volunteers = 3, Households = 3, Canteens = 3;

    private readonly LocalIssuer _issuer = LocalIssuer.Open(data);
    private DateTimeOffset _now = start;
    private int _requests;

    /// <summary>The time that the volunteers serve, to earn the hours that they give.</summary>
    public static TimeSpan Settling { get; } = TimeSpan.FromMinutes(MinutesEarned);

    public DateTimeOffset Start { get; } = start;

    public static Amount Fen(long value) => new() { Value = value, Unit = "CNY" };

    public static Amount Minutes(long value) => new() { Value = value, Unit = "MIN" };

    /// <summary>The beginning of a resource's account paths, such as <c>person/7XK2M0Q4R8ZT</c>.</summary>
    public static string PathOf(string name, string kind) => $"{kind}/{name.Split('/')[^1]}";

    public Metadata Token(string subject, Role role, string party) =>
        new() { { "authorization", $"Bearer {_issuer.Issue(subject, [CallerClaims.RoleName(role)], [Region], party)}" } };

    /// <summary>Makes everything that the callers work with.</summary>
    public async Task<IReadOnlyList<Caller>> SettleAsync(CallInvoker invoker, int seed)
    {
        var funds = new FundService.FundServiceClient(invoker);
        var vouchers = new VoucherService.VoucherServiceClient(invoker);
        var providers = new ProviderService.ProviderServiceClient(invoker);
        await funds.CreateFundAsync(new CreateFundRequest
        {
            RequestId = Id(), Parent = Parent, FundId = "lottery", Kind = FundKind.Lottery,
            DisplayName = "福彩公益金"
        }, As(Role.FinanceMaker));
        await new BankAccountService.BankAccountServiceClient(invoker).SetBankAccountAsync(
            new SetBankAccountRequest
            {
                RequestId = Id(), Name = $"{Parent}/bankAccounts/main", HolderName = "演示民政局", AccountNumber = "6222000000000001",
                BankName = "演示银行", BankCode = "102100099996",
            },
            As(Role.Administrator));
        await funds.RecordReceiptAsync(
            new RecordReceiptRequest
            {
                RequestId = Id(), Fund = Fund, Amount = Fen(10_000_000_000), BankAccount = "main",
                ReceivedDate = new Date { Year = 2026, Month = 9, Day = 30 }, Reference = "凭证 1",
            },
            As(Role.FinanceMaker));
        await funds.CreateProgrammeAsync(
            new CreateProgrammeRequest
            {
                RequestId = Id(), Parent = Parent, ProgrammeId = "meals", DisplayName = "助餐", Scheme = ProgrammeScheme.UnitVoucher,
                ServiceTypes = { ServiceType.Meal },
                MonthlyQuota = new Amount { Value = MealsEach, Unit = "MEAL" }, ContractPrice = Fen(MealFen),
                Eligibility = new Eligibility { MinAge = 80 },
            },
            As(Role.FinanceMaker));
        await funds.AllotFundsAsync(
            new AllotFundsRequest
            {
                RequestId = Id(), Programme = Programme,
                ByAmounts = new AllotmentByAmounts { Lines = { new FundAmount { Fund = Fund, Amount = Fen(500_000_000) } } }
            },
            As(Role.FinanceMaker, "allotter"));
        string[] canteens = await EachAsync(Canteens, async _ => (await providers.RegisterProviderAsync(
            new RegisterProviderRequest
            {
                RequestId = Id(), Parent = Parent, DisplayName = "食堂", ServiceTypes = { ServiceType.Meal },
                Accreditation = Year
            }, As(Role.Administrator))).Name);
        await EachAsync(2 * Counters, _ => RegisterAsync(invoker));
        (string Volunteer, string Elder)[] givers = await EachAsync(Volunteers, _ => PairAsync(invoker)),
            households = await EachAsync(Households, _ => PairAsync(invoker));
        await ServeAsync(invoker, givers);
        // Issue last: vouchers end with the month, and the callers spend them from now on.
        var issue = new IssueVouchersRequest { RequestId = Id(), Programme = Programme, Month = Month };
        using (AsyncServerStreamingCall<RunProgress> run = vouchers.IssueVouchers(issue, As(Role.FinanceMaker)))
        {
            while (await run.ResponseStream.MoveNext(CancellationToken.None))
            {
            }
        }
        ListVouchersResponse issued =
            await vouchers.ListVouchersAsync(new ListVouchersRequest { Parent = Parent, Programme = Programme, PageSize = 1_000 },
            As(Role.FinanceMaker));
        string[] names = [.. issued.Vouchers.Select(voucher => voucher.Name)];
        return
        [
            .. Enumerable.Range(0, Counters)
                .Select(at => new CounterCaller(this, $"counter{at}", seed + at, canteens[at % Canteens], names[(2 * at)..(2 * at + 2)])),
            .. givers.Select((pair, at) => new VolunteerCaller(this, $"volunteer{at}", seed + 100 + at, pair.Volunteer, pair.Elder)),
            .. households.Where(_ => Booking is not null).Select(
                (pair, at) => new HouseholdCaller(this, $"household{at}", seed + 200 + at, pair.Elder, pair.Volunteer)),
        ];
    }

    /// <summary>Reads one of the vouchers.</summary>
    public async Task ReadAsync(CallInvoker invoker) => await new VoucherService.VoucherServiceClient(invoker).ListVouchersAsync(
        new ListVouchersRequest { Parent = Parent, Programme = Programme, PageSize = 1 }, As(Role.FinanceMaker));

    public void Dispose() => _issuer.Dispose();

    private DateOnly Today => Ledger.ChinaTime.DateOf(_now);

    /// <summary>
    /// When elders book: a day later, or at the end of the month, since the hours that they have end with the month of <see cref="Start"/>.
    /// Null in the last hours of a month, where nobody can book any more.
    /// </summary>
    public DateTimeOffset? Booking
    {
        get
        {
            DateOnly first = Ledger.ChinaTime.DateOf(Start);
            DateTimeOffset end = Ledger.ChinaTime.StartOf(new DateOnly(first.Year, first.Month, 1).AddMonths(1));
            DateTimeOffset booked = Start.AddDays(1), last = end - TimeSpan.FromHours(3);
            if (booked > last) booked = last;
            return booked > Start + Settling + TimeSpan.FromHours(1) ? booked : null;
        }
    }

    private Date Month => new() { Year = Today.Year, Month = Today.Month };

    private Period Year => new() { FirstDay = ToDate(Today), LastDay = ToDate(Today.AddYears(1)) };

    private static Date ToDate(DateOnly day) => new() { Year = day.Year, Month = day.Month, Day = day.Day };

    private CallOptions As(Role role, string subject = "", string party = "") =>
        new(Token(subject.Length > 0 ? subject : $"staff-{role}", role, party));

    private string Id() => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"district {++_requests}"))[..16]).ToString("D");

    private static async Task<T[]> EachAsync<T>(int count, Func<int, Task<T>> make)
    {
        var made = new T[count];
        for (int at = 0; at < count; at++) made[at] = await make(at);
        return made;
    }

    private async Task<string> RegisterAsync(CallInvoker invoker, params IEnumerable<Difficulty> difficulties) =>
        (await new ElderService.ElderServiceClient(invoker).RegisterElderAsync(
        new RegisterElderRequest
        {
            RequestId = Id(), Parent = Parent, DisplayName = "李奶奶",
            BirthDate = new Date { Year = 1940, Month = 1, Day = 1 }, Difficulties = { difficulties }
        },
        As(Role.Counter))).Name;

    /// <summary>Registers a volunteer, and a parent with this month's hours.</summary>
    private async Task<(string Volunteer, string Elder)> PairAsync(CallInvoker invoker)
    {
        var volunteers = new VolunteerService.VolunteerServiceClient(invoker);
        var elders = new ElderService.ElderServiceClient(invoker);
        string elder = await RegisterAsync(invoker, Difficulty.LivesAlone, Difficulty.EmptyNest);
        string volunteer = (await volunteers.EnrolVolunteerAsync(
            new EnrolVolunteerRequest
            {
                RequestId = Id(), Parent = Parent, DisplayName = "王芳",
                BirthDate = new Date { Year = 1986, Month = 1, Day = 1 }
            }, As(Role.Counter))).Name;
        await volunteers.SetFamilyAsync(
            new SetFamilyRequest
            {
                RequestId = Id(), Volunteer = volunteer,
                Family = { new FamilyMember { Person = elder, Kinship = Kinship.Parent } }
            }, As(Role.Counter));
        using AsyncServerStreamingCall<RunProgress> run = elders.IssueHours(
            new IssueHoursRequest { RequestId = Id(), Parent = Parent, Month = Month, Elder = elder }, As(Role.FinanceMaker));
        while (await run.ResponseStream.MoveNext(CancellationToken.None))
        {
        }
        return (volunteer, elder);
    }

    /// <summary>Lets every volunteer serve for two hours, all at the same time.</summary>
    private async Task ServeAsync(CallInvoker invoker, (string Volunteer, string Elder)[] pairs)
    {
        var orders = new ServiceOrderService.ServiceOrderServiceClient(invoker);
        string[] names = await EachAsync(pairs.Length, async at =>
        {
            (string volunteer, string elder) = pairs[at];
            CallOptions asElder = As(Role.Elder, $"elder{at}", elder), asVolunteer = As(Role.Volunteer, $"giver{at}", volunteer);
            string order = (await orders.RequestServiceAsync(
                new RequestServiceRequest
                {
                    RequestId = Id(), Recipient = elder, Item = "companionship",
                    PlannedStartTime = Timestamp.FromDateTimeOffset(Start.AddMinutes(5)), Planned = Minutes(MinutesEarned),
                },
                asElder)).Name;
            await orders.AcceptOrderAsync(new AcceptOrderRequest { RequestId = Id(), Order = order, Volunteer = volunteer }, asVolunteer);
            await orders.CheckInAsync(new CheckInRequest { RequestId = Id(), Order = order }, asVolunteer);
            return order;
        });
        _now = Start + Settling;
        await new ScenarioService.ScenarioServiceClient(invoker)
            .AdvanceClockAsync(new AdvanceClockRequest { RequestId = Id(), To = Timestamp.FromDateTimeOffset(_now) },
            As(Role.Administrator));
        for (int at = 0; at < names.Length; at++)
        {
            await orders.CheckOutAsync(new CheckOutRequest { RequestId = Id(), Order = names[at] },
                As(Role.Volunteer, $"giver{at}", pairs[at].Volunteer));
            await orders.ConfirmOrderAsync(new ConfirmOrderRequest { RequestId = Id(), Order = names[at] },
                As(Role.Elder, $"elder{at}", pairs[at].Elder));
        }
    }
}
