using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

/// <summary>Sets up the host around a silo of a test cluster.</summary>
public interface IHostConfigurator
{
    void Configure(IHostBuilder hostBuilder);
}
