using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;
using TimeBank.Writer;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// Two silos in one process that share what is stored, and speak to each other in bytes as two servers do. Calls are made from the near
/// one. Orleans places a new grain on its caller's
/// silo, and then nothing is ever written as bytes: so here each call asks for the far one, and a test has to see that its grain ran there.
/// </summary>
internal sealed class TwoSilos : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private TwoSilos(InProcessTestCluster cluster) => _cluster = cluster;

    public SiloAddress Near => Address(0);

    public SiloAddress Far => Address(1);

    private IGrainFactory Grains => _cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>();

    /// <param name="configure">What the grains need beside a clock and salts, the same for both silos.</param>
    public static async Task<TwoSilos> StartAsync(Action<ISiloBuilder> configure)
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureClient(client => client.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddGrainTypes();
            silo.Services.AddSingleton<ISaltSource, RandomSaltSource>().AddSingleton<DayRules>().AddSingleton<HourSettlement>()
                .AddSingleton(new BusinessClock(TimeProvider.System)).AddSingleton(new ScenarioClock(DateTimeOffset.UnixEpoch));
            configure(silo);
        });
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return new TwoSilos(cluster);
    }

    /// <summary>Calls a grain from the near silo; where it isn't at work yet, it is placed on the far one.</summary>
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
