using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>What a silo adds to a host's services.</summary>
internal static class SiloServices
{
    internal static ISiloBuilder AddTo(IServiceCollection services, IConfiguration configuration)
    {
        HostedBuilder builder = new(services, configuration);
        if (services.Any(service => service.ServiceType == typeof(Silo))) return builder;
        AddClocks(services);
        services.AddLogging();
        services.Configure<ClusterOptions>(configuration.GetSection("Orleans"));
        services.TryAddSingleton<IGrainStorageSerializer, DefaultSerializer>();
        services.AddSingleton<Silo>();
        services.AddSingleton<IHostedService, SiloHost>();
        services.TryAddSingleton<IClusterClient>(provider => provider.GetRequiredService<Silo>().GrainFactory);
        services.TryAddSingleton<IGrainFactory>(provider => provider.GetRequiredService<Silo>().GrainFactory);
        services.TryAddSingleton<IGrainContextAccessor>(provider => provider.GetRequiredService<Silo>());
        services.TryAddTransient(provider => provider.GetRequiredService<IGrainContextAccessor>().GrainContext);
        return builder;
    }

    internal static void AddClocks(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton(KeyedService.AnyKey, static (provider, _) => provider.GetRequiredService<TimeProvider>());
    }

    private sealed class SiloHost(Silo silo) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => silo.StartAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => silo.StopAsync(cancellationToken);
    }
}
