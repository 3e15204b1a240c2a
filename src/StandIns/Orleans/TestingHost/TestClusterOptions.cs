namespace Orleans.TestingHost;

public class TestClusterOptions
{
    public string ClusterId { get; set; } = null!;

    public string ServiceId { get; set; } = null!;

    /// <summary>Taken and not used: there is one silo.</summary>
    public short InitialSilosCount { get; set; }

    public List<string> SiloBuilderConfiguratorTypes { get; } = [];

    public List<string> ClientBuilderConfiguratorTypes { get; } = [];
}
