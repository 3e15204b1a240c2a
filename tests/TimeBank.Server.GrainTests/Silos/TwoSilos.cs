using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.Writer;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// Two silos in one process that share their storage and talk in bytes, as two servers do. Tests call from the near silo. Orleans would
/// place a new grain on the caller's silo and write no bytes, so each call asks for the far silo; a test must check that its grain ran
/// there.
/// </summary>
internal sealed class TwoSilos : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private TwoSilos(InProcessTestCluster cluster) => _cluster = cluster;

    public SiloAddress Near => Address(0);

    public SiloAddress Far => Address(1);

    private IGrainFactory Grains => _cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>();

    /// <param name="configure">Adds the services that the grains need beside clock and salts; runs for both silos.</param>
    public static async Task<TwoSilos> StartAsync(Action<ISiloBuilder> configure)
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureClient(client => client.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddGrainTypes();
            silo.Services.AddSingleton<ISaltSource, RandomSaltSource>().AddSingleton<DayRules>().AddSingleton<DueHours>()
                .AddSingleton<OutreachSearch>()
                .AddSingleton<OwnAccounts>().AddSingleton<ExpectedReader>()
                .AddSingleton<HourLegs>().AddSingleton<BankLegs>().AddSingleton<FiveLegs>()
                .AddSingleton<ReportReader>().AddSingleton<PeriodStatements>().AddSingleton<ICheckpointKeys>(new Signed())
                .AddSingleton<ITreeStore>(server => new MemoryTreeStore(server.GetRequiredService<ILedgerReader>()))
                .AddSingleton<IBankBooks>(new MemoryBankBooks())
                .AddSingleton(new BusinessClock(TimeProvider.System)).AddSingleton(new ScenarioClock(DateTimeOffset.UnixEpoch))
                .AddSingleton(VaultTests.TestVault()).AddSingleton(District.VoucherKeys).AddSingleton(PinGrainTests.Cheap())
                .AddSingleton(new WebhookSender(
                    allowsLoopback: false, TimeProvider.System, (_, _) => Task.FromResult(Array.Empty<System.Net.IPAddress>())));
            configure(silo);
        });
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return new TwoSilos(cluster);
    }

    /// <summary>Calls a grain from the near silo. If the grain is not active yet, Orleans places it on the far silo.</summary>
    public async Task<TResult> FromNearAsync<TResult>(Type grain, string key, Func<IGrain, Task<TResult>> call)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, Far);
        try
        {
            return await call(Grains.GetGrain(grain, key));
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    public Task<TResult> FromNearAsync<TGrain, TResult>(string key, Func<TGrain, Task<TResult>> call)
        where TGrain : IGrainWithStringKey => FromNearAsync(typeof(TGrain), key, grain => call((TGrain)grain));

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private SiloAddress Address(int at) => _cluster.Silos[at].SiloAddress;
}
