using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Storage.GrainStorage;
using TimeBank.Testing;
using TimeBank.Writer;

namespace TimeBank.Server.GrainTests;

/// <summary>A silo whose clock the test moves, over a journal and states in memory.</summary>
internal sealed class RulesCluster : IAsyncDisposable
{
    public static readonly DateOnly Today = new(2026, 10, 1);

    private readonly InProcessTestCluster _cluster;
    private readonly FakeTimeProvider _clock;

    private RulesCluster(InProcessTestCluster cluster, FakeTimeProvider clock) => (_cluster, _clock) = (cluster, clock);

    public IGrainFactory Grains => _cluster.Client;

    public static async Task<RulesCluster> StartAsync()
    {
        var store = new MemoryLedgerStore();
        var clock = new FakeTimeProvider(ChinaTime.StartOf(Today).AddHours(8));
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureClient(client => client.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) => silo.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddMemoryGrainStorage("timebank", options => options.GrainStorageSerializer = new GrainStateJson());
            silo.Services.AddSingleton<ILedgerStore>(store).AddSingleton<ISaltSource,
                RandomSaltSource>().AddSingleton(new BusinessClock(clock));
        });
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return new RulesCluster(cluster, clock);
    }

    public IPolicyGrain Policy(string region) => Grains.GetGrain<IPolicyGrain>(region);

    public ICatalogueGrain Catalogue(string region) => Grains.GetGrain<ICatalogueGrain>(region);

    public void MoveTo(DateOnly day) => _clock.SetUtcNow(ChinaTime.StartOf(day));

    /// <summary>Drops what the grain has in memory.</summary>
    public Task ForgetAsync(IAddressable grain) => _cluster.DeactivateAsync(grain);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>A command of a person; the same number and content is the same command.</summary>
    public static Command By(string actor, int request, string content = "") => new(
        new Guid(request, 0, 0, new byte[8]), Digest.Of(System.Text.Encoding.UTF8.GetBytes(content)).ToString(), actor, "", "");
}
