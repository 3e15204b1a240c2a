using System.Collections.ObjectModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>One silo in a host of its own, and a client of it.</summary>
public class TestCluster : IDisposable, IAsyncDisposable
{
    private readonly IConfiguration configuration;
    private InProcessSiloHandle? primary;
    private TestClient? client;

    internal TestCluster(TestClusterOptions options, IConfiguration configuration)
    {
        Options = options;
        this.configuration = configuration;
    }

    public TestClusterOptions Options { get; }

    public SiloHandle? Primary => primary;

    public IReadOnlyList<SiloHandle> SecondarySilos => [];

    public ReadOnlyCollection<SiloHandle> Silos => new(primary is null ? [] : [primary]);

    public IClusterClient Client => client?.GrainFactory ?? throw new InvalidOperationException("The cluster is not deployed.");

    public IGrainFactory GrainFactory => Client;

    /// <summary>The client's services; <see cref="GetSiloServiceProvider"/> has the silo's.</summary>
    public IServiceProvider ServiceProvider => Client.ServiceProvider;

    public void Deploy() => DeployAsync().GetAwaiter().GetResult();

    public async Task DeployAsync()
    {
        if (primary is not null) throw new InvalidOperationException("The cluster is deployed already.");
        primary = await StartAsync();
        client = new TestClient(configuration, Options.ClientBuilderConfiguratorTypes, () => primary);
    }

    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) => Running.SiloHost.Services;

    public Task WaitForDeactivationAsync(GrainId grainId) => Running.Silo.Find(grainId)?.Deactivated ?? Task.CompletedTask;

    public Task WaitForDeactivationAsync(IAddressable grain) => WaitForDeactivationAsync(grain.GetGrainId());

    public Task DeactivateAsync(GrainId grainId)
    {
        if (Running.Silo.Find(grainId) is not { } activation) return Task.CompletedTask;
        activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "A test asked for it."));
        return activation.Deactivated;
    }

    public Task DeactivateAsync(IAddressable grain) => DeactivateAsync(grain.GetGrainId());

    /// <summary>Stops the silo and starts another in its place, which remembers nothing but what is stored.</summary>
    public async Task<SiloHandle?> RestartSiloAsync(SiloHandle instance)
    {
        await StopSiloAsync(instance);
        return primary = await StartAsync();
    }

    public async Task StopSiloAsync(SiloHandle instance)
    {
        await instance.StopSiloAsync(true);
        await instance.DisposeAsync();
    }

    public void StopAllSilos() => StopAllSilosAsync().GetAwaiter().GetResult();

    public async Task StopAllSilosAsync()
    {
        client?.Dispose();
        if (primary is { } running) await StopSiloAsync(running);
        client = null;
        primary = null;
    }

    public void Dispose()
    {
        StopAllSilos();
        GC.SuppressFinalize(this);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAllSilosAsync();
        GC.SuppressFinalize(this);
    }

    private InProcessSiloHandle Running => primary ?? throw new InvalidOperationException("The cluster is not deployed.");

    private async Task<InProcessSiloHandle> StartAsync()
    {
        HostBuilder builder = new();
        builder.ConfigureHostConfiguration(host => host.AddConfiguration(configuration));
        object[] configurators = [.. Options.SiloBuilderConfiguratorTypes.Select(name => Activator.CreateInstance(Type.GetType(name, true)!)!)];
        foreach (IHostConfigurator configurator in configurators.OfType<IHostConfigurator>()) configurator.Configure(builder);
        builder.UseOrleans(silo =>
        {
            foreach (ISiloConfigurator configurator in configurators.OfType<ISiloConfigurator>()) configurator.Configure(silo);
        });
        return await InProcessSiloHandle.StartAsync(builder.Build(), "Primary");
    }
}
