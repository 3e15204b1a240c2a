using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

public sealed class InProcessTestClusterOptions
{
    public string ClusterId { get; set; } = null!;

    public string ServiceId { get; set; } = null!;

    /// <summary>Taken and not used: there is one silo.</summary>
    public short InitialSilosCount { get; set; }

    public List<Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder>> SiloHostConfigurationDelegates { get; } = [];

    internal List<Action<Orleans.Hosting.IClientBuilder>> ClientDelegates { get; } = [];
}
