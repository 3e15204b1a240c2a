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
/// A district with its neighbour in one silo: a clock that the test moves, journals in memory, and states that fail when told to.
/// </summary>
internal sealed class HoursCluster : IAsyncDisposable
{
    public const string Tianyuan = "430211", Lusong = "430203";

    public static readonly DateTimeOffset Start = ChinaTime.StartOf(new DateOnly(2026, 10, 1)).AddHours(8);

    private readonly FakeTimeProvider _clock = new(Start);
    private InProcessTestCluster _cluster = null!;
    private int _requests;

    public FragileStates States { get; } = new();

    public MemoryLedgerStore Journal { get; } = new();

    public IGrainFactory Grains => _cluster.Client;

    public DateTimeOffset Now
    {
        get => _clock.GetUtcNow();
        set => _clock.AdjustTime(value);
    }

    public static async Task<HoursCluster> StartAsync()
    {
        var cluster = new HoursCluster();
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureClient(client => client.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) => silo.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) => silo.Services
            .AddSingleton<ILedgerStore>(cluster.Journal).AddSingleton<ILedgerReader>(cluster.Journal)
            .AddSingleton<ISaltSource, RandomSaltSource>()
            .AddSingleton(new BusinessClock(cluster._clock)).AddSingleton<DayRules>().AddSingleton<HourSettlement>()
            .AddGrainStorage(GrainStorageNames.TimeBank, (_, _) => cluster.States));
        cluster._cluster = builder.Build();
        await cluster._cluster.DeployAsync();
        return cluster;
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>Drops what a grain has in memory.</summary>
    public Task ForgetAsync(IAddressable grain) => _cluster.DeactivateAsync(grain);

    /// <summary>A new command; of the same request and content it is the same one.</summary>
    public Command Command(string actor = "STAFF", string content = "", int? request = null) => new(
        new Guid(request ?? ++_requests, 0, 0, new byte[8]), Digest.Of(Encoding.UTF8.GetBytes(content)).ToString(), actor, "", "");

    public ILedgerGrain Ledger(string region = Tianyuan) => Grains.GetGrain<ILedgerGrain>(region);

    public IVolunteerGrain Volunteer(string id, string region = Tianyuan) => Grains.GetGrain<IVolunteerGrain>($"{region}/{id}");

    public IElderGrain Elder(string id, string region = Tianyuan) => Grains.GetGrain<IElderGrain>($"{region}/{id}");

    public IServiceOrderGrain Order(string id, string region = Tianyuan) => Grains.GetGrain<IServiceOrderGrain>($"{region}/{id}");

    public async Task<string> EnrolAsync(int age = 40, string region = Tianyuan, string home = "")
    {
        Command command = Command();
        Reply<VolunteerRecord> reply = await Volunteer(command.NewId.Text, region)
            .EnrolAsync(command, "V", Born(age), home);
        return Value(reply).Id;
    }

    /// <summary>An elder, who from 80 on is entitled to 240 minutes a month.</summary>
    public async Task<string> RegisterAsync(int age = 85, string region = Tianyuan,
        Difficulties difficulties = Difficulties.LivingAlone | Difficulties.EmptyNest)
    {
        Command command = Command();
        Reply<ElderRecord> reply = await Elder(command.NewId.Text, region)
            .RegisterAsync(command, "E", Born(age), difficulties);
        return Value(reply).Id;
    }

    public async Task<string> RegisterWithHoursAsync(string region = Tianyuan)
    {
        string elder = await RegisterAsync(region: region);
        Value(await Elder(elder, region).IssueHoursAsync(Command(), MonthOf(Now)));
        return elder;
    }

    /// <summary>Gives a volunteer earned minutes, as if they had come from elsewhere.</summary>
    public async Task CreditAsync(string volunteer, long minutes, string region = Tianyuan)
    {
        var header = new EntryHeader(Command().Id, Digest.Of([1]), "TEST", "", DateOfNow, "", "", EntryHeader.NoDetails);
        Outcome outcome = await Ledger(region)
            .SubmitAsync(HourEntries.ClearIn(header, RegionCode.Parse("430100"), OpaqueId.Parse(volunteer), new Minutes(minutes)));
        Assert.Null(outcome.Refusal);
    }

    public Task<Reply<OrderRecord>> RequestAsync(string recipient, TimeSpan? fromNow = null, long minutes = 120,
        string item = "companionship", string region = Tianyuan, Command? command = null)
    {
        command ??= Command();
        return Order(command.NewId.Text, region)
            .RequestAsync(new ServiceWanted(command, recipient, item, Now + (fromNow ?? TimeSpan.FromHours(1)), minutes));
    }

    public Task<Reply<OrderRecord>> AcceptAsync(string order, string volunteer, string region = Tianyuan, Command? command = null) =>
        Order(order, region).AcceptAsync(command ?? Command(), volunteer);

    public OrderStep Step(string party, string note = "", Command? command = null) => new(command ?? Command(), party, note);

    public async Task<PersonHours> HoursAsync(string person, string region = Tianyuan) =>
        await Volunteer(person, region).HoursAsync() ?? await Elder(person, region).HoursAsync()
            ?? throw new InvalidOperationException($"{person} isn't there.");

    /// <summary>All counters of a region, to see that nothing moved.</summary>
    public async Task<string> BalanceAsync(string region = Tianyuan)
    {
        IReadOnlyList<UnitTotals> totals = await Journal.TrialBalanceAsync(RegionCode.Parse(region), default);
        Assert.All(totals, unit => Assert.True(unit.Balances));
        return string.Join('\n', totals) + $" {(await Journal.ReadHeadAsync(RegionCode.Parse(region), default)).Size}";
    }

    /// <summary>All that has ever been written: where both journals end, with what they remember, and every grain's state.</summary>
    public async Task<string> EverythingAsync()
    {
        LedgerHead here = await Journal.ReadHeadAsync(RegionCode.Parse(Tianyuan), default),
            there = await Journal.ReadHeadAsync(RegionCode.Parse(Lusong), default);
        return string.Join('\n', new[] { here, there }.Select(
            head => $"{head.Region} {head.Size} {head.Tree.Root} {head.Accounts} {head.Remembered}")) + $"\n{States.Text()}";
    }

    public async Task<int> CountAsync(EntryCode code, string region = Tianyuan) =>
        (await Journal.EntriesAsync(RegionCode.Parse(region), 0, 10_000, default)).Count(stored => stored.Entry.Code == code);

    public static T Value<T>(Reply<T> reply)
        where T : notnull
    {
        Assert.Null(reply.Refusal);
        return reply.Value!;
    }

    public static DateOnly MonthOf(DateTimeOffset time) => ChinaTime.DateOf(time) is var day
        ? new DateOnly(day.Year, day.Month, 1) : default;

    private DateOnly DateOfNow => ChinaTime.DateOf(Now);

    private DateOnly Born(int age) => DateOfNow.AddYears(-age);
}
