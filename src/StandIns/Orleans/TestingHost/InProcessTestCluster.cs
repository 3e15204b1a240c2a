using System.Collections.ObjectModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>One silo in a host of its own, and a client of it, set up by delegates.</summary>
public sealed class InProcessTestCluster : IDisposable, IAsyncDisposable
{
    private InProcessSiloHandle? silo;
    private TestClient? client;

    internal InProcessTestCluster(InProcessTestClusterOptions options) => Options = options;

    public InProcessTestClusterOptions Options { get; }

    public ReadOnlyCollection<InProcessSiloHandle> Silos => new(silo is null ? [] : [silo]);

    public IClusterClient Client => client?.GrainFactory ?? throw new InvalidOperationException("The cluster is not deployed.");

    public async Task DeployAsync()
    {
        if (silo is not null) throw new InvalidOperationException("The cluster is deployed already.");
        silo = await StartAsync();
        client = new TestClient(() => silo, builder => Options.ClientDelegates.ForEach(configure => configure(builder)), new ConfigurationBuilder().Build());
    }

    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) => Running.ServiceProvider;

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
    public async Task<InProcessSiloHandle?> RestartSiloAsync(InProcessSiloHandle instance)
    {
        await StopSiloAsync(instance);
        return silo = await StartAsync();
    }

    public async Task StopSiloAsync(InProcessSiloHandle instance)
    {
        await instance.StopSiloAsync(true);
        await instance.DisposeAsync();
    }

    public async Task StopAllSilosAsync()
    {
        client?.Dispose();
        if (silo is { } running) await StopSiloAsync(running);
        client = null;
        silo = null;
    }

    public void Dispose() => StopAllSilosAsync().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync() => await StopAllSilosAsync();

    private InProcessSiloHandle Running => silo ?? throw new InvalidOperationException("The cluster is not deployed.");

    private async Task<InProcessSiloHandle> StartAsync()
    {
        HostApplicationBuilder builder = new(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Orleans:ClusterId"] = Options.ClusterId,
            ["Orleans:ServiceId"] = Options.ServiceId,
        });
        builder.UseOrleans();
        InProcessTestSiloSpecificOptions specific = new();
        foreach (var configure in Options.SiloHostConfigurationDelegates) configure(specific, builder);
        return await InProcessSiloHandle.StartAsync(builder.Build(), specific.SiloName);
    }
}
