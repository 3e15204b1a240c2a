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

/// <summary>Tianyuan on a silo of its own: real grains over a journal in memory, under a clock that the test moves.</summary>
internal sealed class District : IAsyncDisposable
{
    public const string Region = "430211";

    public static readonly DateOnly First = new(2026, 10, 1);
    public static readonly RegionCode Code = RegionCode.Parse(Region);

    private readonly InProcessTestCluster _cluster;
    private readonly FakeTimeProvider _clock;
    private int _commands;

    private District(InProcessTestCluster cluster, FakeTimeProvider clock, MemoryLedgerStore journal, StubStorage storage)
    {
        (_cluster, _clock, Journal, Storage) = (cluster, clock, journal, storage);
        Business = new BusinessClock(clock);
    }

    public IGrainFactory Grains => _cluster.Client;

    public MemoryLedgerStore Journal { get; }

    public StubStorage Storage { get; }

    public BusinessClock Business { get; }

    public static async Task<District> StartAsync()
    {
        var journal = new MemoryLedgerStore();
        var storage = new StubStorage();
        var clock = new FakeTimeProvider(ChinaTime.StartOf(First).AddHours(8));
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureClient(client => client.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) => silo.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddGrainStorage("timebank", (_, _) => storage);
            silo.Services.AddSingleton<ILedgerStore>(journal).AddSingleton<ILedgerReader>(journal).AddSingleton<IRegistry>(storage);
            silo.Services.AddSingleton<ISaltSource, RandomSaltSource>().AddSingleton(new BusinessClock(clock));
            silo.Services.AddSingleton<DayRules>().AddSingleton<HourSettlement>();
        });
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return new District(cluster, clock, journal, storage);
    }

    public void MoveTo(DateOnly day) => _clock.SetUtcNow(ChinaTime.StartOf(day).AddHours(8));

    /// <summary>A command of its own, or the same again where a name is given.</summary>
    public Command Command(string name = "", string content = "")
    {
        if (name.Length == 0) name = $"command {++_commands}";
        return new Command(new Guid(Hash(name).ToArray()[..16]), Hash($"{name}: {content}").ToString(), "maker", "", "");
    }

    private static Digest Hash(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));

    public IFundGrain Fund(string id) => Grains.GetGrain<IFundGrain>($"{Region}/{id}");

    public IProgrammeGrain Programme(string id) => Grains.GetGrain<IProgrammeGrain>($"{Region}/{id}");

    public IVoucherGrain Voucher(OpaqueId id) => Grains.GetGrain<IVoucherGrain>($"{Region}/{id}");

    /// <summary>Opens a fund and receives money for it.</summary>
    public async Task FundedAsync(string id, long fen)
    {
        Assert.Null((await Fund(id).CreateAsync(Command(), new FundRecord(id, FundKind.Lottery, id, ""))).Refusal);
        Assert.Null((await Fund(id).ReceiveAsync(Command(), "main", fen, First)).Refusal);
    }

    public async Task AllotAsync(string programme, string fund, long fen) =>
        Assert.Null((await Programme(programme).AllotAsync(Command(), [new AllotmentLine(fund, fen)], null))
            .Refusal);

    /// <summary>Meals for everybody of 80 and more, ten a month, at 12 yuan.</summary>
    public async Task MealsAsync(string id = "meals") =>
        Assert.Null((await Programme(id).CreateAsync(
            Command(), new ProgrammeRecord(id, id, ProgrammeScheme.UnitVoucher, "MEAL", [ServiceType.Meal], 10, 1_200, 80, null,
                Difficulties.None))).Refusal);

    public async Task NationalAsync(string id = "national") =>
        Assert.Null((await Programme(id).CreateAsync(
            Command(), new ProgrammeRecord(id, id, ProgrammeScheme.NationalEVoucher, "CNY", [ServiceType.Care, ServiceType.Medical], 0, 0,
                0, null, Difficulties.None))).Refusal);

    public async Task<OpaqueId> ElderAsync(int bornIn, int? points = null)
    {
        Command command = Command();
        IElderGrain elder = Grains.GetGrain<IElderGrain>($"{Region}/{command.NewId}");
        Assert.Null((await elder.RegisterAsync(command, "老人", new DateOnly(bornIn, 1, 1), Difficulties.None))
            .Refusal);
        if (points is { } score) Assert.Null(
            (await elder.RecordAssessmentAsync(
            Command(), new AssessmentRecord(score, First, Region), Difficulties.None)).Refusal);
        return command.NewId;
    }

    public async Task<string> ProviderAsync(params ServiceType[] types)
    {
        Command command = Command();
        var record = new ProviderRecord(command.NewId.Text, "食堂", [.. types], new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), []);
        Assert.Null(
            (await Grains.GetGrain<IProviderGrain>($"{Region}/{command.NewId}").RegisterAsync(command, record))
            .Refusal);
        return command.NewId.Text;
    }

    /// <summary>The voucher that a run gives an elder for October.</summary>
    public async Task<OpaqueId> VoucherOfAsync(string programme, OpaqueId elder) =>
        OpaqueId.From((await Programme(programme).GetAsync())!.ToProgramme().IssueId(Code, First, elder));

    public async Task<RunPage> IssueAsync(string programme, Command? command = null)
    {
        var run = new VoucherRun(command ?? Command(), First);
        Assert.Null((await Programme(programme).BeginIssueAsync(run)).Refusal);
        return await Programme(programme).IssueAsync(run, null);
    }

    /// <summary>All that has ever been written: where the journal ends, with what it remembers, and every grain's state.</summary>
    public async Task<string> EverythingAsync()
    {
        LedgerHead head = await Journal.ReadHeadAsync(Code, default);
        return $"{head.Size} {head.Tree.Root} {head.Accounts} {head.Remembered}\n{Storage.Text()}";
    }

    /// <summary>What is left on an account whose balance is a credit; zero where there is none.</summary>
    public async Task<long> BalanceAsync(AccountPath path) => (await Journal.AccountAsync(Code, path, default))?.Balance ?? 0;

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();
}
