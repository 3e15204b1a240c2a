using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Refuses: here is one silo in one process, and a server that believed itself in a cluster would be alone.</summary>
public static class AdoNetHostingExtensions
{
    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions) => throw Refusal();

    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<OptionsBuilder<AdoNetClusteringSiloOptions>>? configureOptions) => throw Refusal();

    private static OrleansConfigurationException Refusal() => new("A cluster of several silos needs the Orleans packages; this build has one silo in one process.");
}
