using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace TimeBank.Platform.Tests.Orleans;

/// <summary>One silo and its client, for as long as a test runs.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly InProcessTestCluster cluster;

    private Cluster(InProcessTestCluster cluster) => this.cluster = cluster;

    public IClusterClient Client => cluster.Client;

    public IServiceProvider SiloServices => cluster.GetSiloServiceProvider();

    public static async Task<Cluster> StartAsync(
        Action<ISiloBuilder>? silo = null, Action<IClientBuilder>? client = null, string? serviceId = null)
    {
        InProcessTestClusterBuilder builder = new(1);
        if (serviceId is not null) builder.Options.ServiceId = serviceId;
        builder.ConfigureSilo((_, one) => silo?.Invoke(one));
        if (client is not null) builder.ConfigureClient(client);
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return new Cluster(cluster);
    }

    public Task StopAsync() => cluster.StopAllSilosAsync();

    public ValueTask DisposeAsync() => cluster.DisposeAsync();
}
