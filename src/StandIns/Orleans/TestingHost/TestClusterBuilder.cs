using Microsoft.Extensions.Configuration;

namespace Orleans.TestingHost;

/// <summary>Sets up a cluster for tests; here it always has one silo, in this process.</summary>
public class TestClusterBuilder
{
    private readonly List<Action<IConfigurationBuilder>> configuration = [];

    public TestClusterBuilder() : this(2)
    {
    }

    public TestClusterBuilder(short initialSilosCount)
    {
        string id = TestIds.Next();
        Options = new TestClusterOptions { InitialSilosCount = initialSilosCount, ClusterId = id, ServiceId = id };
    }

    public TestClusterOptions Options { get; }

    /// <summary>Configuration of the silo, by key: the way to hand values to configurators.</summary>
    public Dictionary<string, string?> Properties { get; } = [];

    public TestClusterBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate)
    {
        configuration.Add(configureDelegate);
        return this;
    }

    public TestClusterBuilder AddSiloBuilderConfigurator<T>()
        where T : new()
    {
        RequireOne<T>(typeof(ISiloConfigurator), typeof(IHostConfigurator));
        Options.SiloBuilderConfiguratorTypes.Add(typeof(T).AssemblyQualifiedName!);
        return this;
    }

    public TestClusterBuilder AddClientBuilderConfigurator<T>()
        where T : new()
    {
        RequireOne<T>(typeof(IClientBuilderConfigurator), typeof(IHostConfigurator));
        Options.ClientBuilderConfiguratorTypes.Add(typeof(T).AssemblyQualifiedName!);
        return this;
    }

    public TestCluster Build()
    {
        ConfigurationBuilder settings = new();
        settings.AddInMemoryCollection(Properties);
        settings.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Orleans:ClusterId"] = Options.ClusterId,
            ["Orleans:ServiceId"] = Options.ServiceId,
        });
        foreach (Action<IConfigurationBuilder> configure in configuration) configure(settings);
        return new TestCluster(Options, settings.Build());
    }

    private static void RequireOne<T>(params Type[] kinds)
    {
        if (!kinds.Any(typeof(T).IsAssignableTo)) throw new ArgumentException($"{typeof(T)} is none of {string.Join<Type>(", ", kinds)}.");
    }
}
