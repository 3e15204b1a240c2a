using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime.Hosting;
using Orleans.TestingHost;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// Tianyuan and its neighbour Lusong on their own silo: real grains over journals in memory, states whose writes can fail, and a clock that
/// the test moves. Makes people, funds and programmes for tests, by calls to the grains.
/// </summary>
internal sealed partial class District : IAsyncDisposable
{
    public const string Tianyuan = "430211", Lusong = "430203";

    public static readonly DateOnly First = new(2026, 10, 1);
    public static readonly DateTimeOffset Start = ChinaTime.StartOf(First).AddHours(8);
    public static readonly RegionCode Code = RegionCode.Parse(Tianyuan);

    /// <summary>The keys that sign vouchers in every test.</summary>
    public static readonly VoucherKeys VoucherKeys =
        VoucherKeys.Open(new TimeBankOptions { Origin = "timebank.example", VoucherKeys = SigningKey.Create() });

    private readonly FakeTimeProvider _clock = new(Start);
    private InProcessTestCluster _cluster = null!;
    private int _commands;

    private District() => Business = new BusinessClock(_clock);

    public IGrainFactory Grains => _cluster.Client;

    public MemoryLedgerStore Journal { get; } = new();

    public MemoryBankBooks Banks { get; } = new();

    public FragileStates States { get; } = new();

    /// <summary>If set, comes before each proposal that is submitted: after what its grain has read, before the writer's turn.</summary>
    public Func<Proposal, Task>? BeforeSubmit { get; set; }

    public BusinessClock Business { get; }

    public DateTimeOffset Now
    {
        get => _clock.GetUtcNow();
        set => _clock.AdjustTime(value);
    }

    public DateOnly Today => ChinaTime.DateOf(Now);

    public static async Task<District> StartAsync()
    {
        var district = new District();
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureClient(client => client.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) => silo.Services.AddGrainTypes()
            .AddSingleton<ILedgerStore>(district.Journal).AddSingleton<ILedgerReader>(district.Journal)
            .AddSingleton<IRegistry>(district.States).AddGrainStorage(GrainStorageNames.TimeBank, (_, _) => district.States)
            .AddSingleton(VoucherKeys)
            .AddSingleton<IBankBooks>(district.Banks).AddSingleton<ISaltSource, RandomSaltSource>().AddSingleton(district.Business)
            .AddSingleton<DayRules>().AddSingleton<DueHours>().AddSingleton<OutreachSearch>()
            .AddSingleton<OwnAccounts>().AddSingleton<ExpectedReader>()
            .AddSingleton<HourLegs>().AddSingleton<BankLegs>().AddSingleton<FiveLegs>()
            .AddSingleton<ReportReader>().AddSingleton<PeriodStatements>().AddSingleton<ICheckpointKeys>(new Signed())
            .AddSingleton<ITreeStore>(new MemoryTreeStore(district.Journal)).AddSingleton(VaultTests.TestVault())
            .AddSingleton(PinGrainTests.Cheap()));
        builder.ConfigureSilo((_, silo) => silo.AddIncomingGrainCallFilter(async call =>
        {
            if (call.MethodName == nameof(ILedgerGrain.SubmitAsync) && district.BeforeSubmit is { } before
                && call.Request.GetArgument(0) is Proposal proposal) await before(proposal);
            await call.Invoke();
        }));
        district._cluster = builder.Build();
        await district._cluster.DeployAsync();
        return district;
    }

    public void MoveTo(DateOnly day) => _clock.SetUtcNow(ChinaTime.StartOf(day).AddHours(8));

    /// <summary>Deactivates a grain: it loses its memory, and the next call reads its stored state.</summary>
    public Task ForgetAsync(IAddressable grain) => _cluster.DeactivateAsync(grain);

    /// <summary>A command with an unused id; with a request number, the command of that number.</summary>
    public Command Command(string actor = "STAFF", string content = "", int? request = null)
    {
        int number = request ?? ++_commands;
        return new Command(new Guid(number, 0, 0, new byte[8]), Hash($"{number}: {content}").ToString(), actor, "", "");
    }

    /// <summary>A command made from a name: the same name and content give the same command again.</summary>
    public static Command Named(string name, string content = "") => new(
        new Guid(Hash(name).ToArray()[..16]), Hash($"{name}: {content}").ToString(), "STAFF", "", "");

    public ILedgerGrain Ledger(string region = Tianyuan) => Grains.GetGrain<ILedgerGrain>(region);

    public IPolicyGrain Policy(string region) => Grains.GetGrain<IPolicyGrain>(region);

    public ICatalogueGrain Catalogue(string region) => Grains.GetGrain<ICatalogueGrain>(region);

    /// <summary>The balance of an account that stands in credit; zero if the account does not exist.</summary>
    public async Task<long> BalanceAsync(AccountPath path) => (await Journal.AccountAsync(Code, path, default))?.Balance ?? 0;

    /// <summary>All counters of a region. A test compares them, to see that nothing moved.</summary>
    public async Task<string> CountersAsync(string region = Tianyuan)
    {
        IReadOnlyList<UnitTotals> totals = await Journal.TrialBalanceAsync(RegionCode.Parse(region), default);
        Assert.All(totals, unit => Assert.True(unit.Balances));
        return string.Join('\n', totals) + $" {(await Journal.ReadHeadAsync(RegionCode.Parse(region), default)).Size}";
    }

    /// <summary>Everything that was ever written: the ends of both journals, the ids that they remember, and every grain's state.</summary>
    public async Task<string> EverythingAsync()
    {
        LedgerHead here = await Journal.ReadHeadAsync(Code, default),
            there = await Journal.ReadHeadAsync(RegionCode.Parse(Lusong), default);
        return string.Join('\n', new[] { here, there }.Select(
            head => $"{head.Region} {head.Size} {head.Tree.Root} {head.Accounts} {head.Remembered}")) + $"\n{States.Text()}";
    }

    public static T Value<T>(Reply<T> reply)
        where T : notnull
    {
        Assert.Null(reply.Refusal);
        return reply.Value!;
    }

    public static DateOnly MonthOf(DateTimeOffset time) => ChinaTime.DateOf(time) is var day
        ? new DateOnly(day.Year, day.Month, 1) : default;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private static Digest Hash(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));
}
