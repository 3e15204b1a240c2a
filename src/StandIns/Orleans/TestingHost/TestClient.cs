using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>A client with services, filters and time-outs apart from the silo's.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly ServiceProvider services;
    private readonly Caller caller;

    internal TestClient(IConfiguration configuration, IEnumerable<string> configurators, Func<InProcessSiloHandle> silo)
        : this(silo, builder =>
        {
            foreach (string name in configurators)
                (Activator.CreateInstance(Type.GetType(name, true)!) as IClientBuilderConfigurator)?.Configure(configuration, builder);
        }, configuration)
    {
    }

    internal TestClient(Func<InProcessSiloHandle> silo, Action<IClientBuilder> configure, IConfiguration configuration)
    {
        ServiceCollection collection = new();
        collection.AddLogging();
        SiloServices.AddClocks(collection);
        configure(new HostedBuilder(collection, configuration));
        collection.AddSingleton<IClusterClient>(_ => GrainFactory!);
        collection.AddSingleton<IGrainFactory>(_ => GrainFactory!);
        services = collection.BuildServiceProvider();
        caller = new Caller(
            () => silo().Silo,
            services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Messaging),
            services.GetRequiredService<IOptions<ClientMessagingOptions>>().Value.ResponseTimeout,
            services.GetServices<IOutgoingGrainCallFilter>);
        GrainFactory = new GrainFactory(() => silo().Silo, caller, services);
    }

    internal GrainFactory GrainFactory { get; }

    public void Dispose()
    {
        caller.Dispose();
        services.Dispose();
    }
}
