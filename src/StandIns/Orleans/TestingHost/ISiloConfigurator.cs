using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Sets up a silo of a test cluster; made by the cluster, so it needs a parameterless constructor.</summary>
public interface ISiloConfigurator
{
    void Configure(ISiloBuilder siloBuilder);
}
