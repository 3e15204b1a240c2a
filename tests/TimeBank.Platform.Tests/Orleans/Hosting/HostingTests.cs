using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;
using Xunit;

namespace TimeBank.Platform.Tests.Orleans.Hosting;

public sealed class HostingTests
{
    [Fact]
    public async Task A_test_cluster_is_set_up_by_configurators_and_properties()
    {
        TestClusterBuilder builder = new(1);
        builder.Properties["Greeting"] = "hello";
        builder.AddSiloBuilderConfigurator<GreetingConfigurator>();
        await using TestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        Assert.Equal("hello 7", await cluster.GrainFactory.GetGrain<IGreetingGrain>(7).Greet());
        Assert.Equal("hello", cluster.GetSiloServiceProvider().GetRequiredService<Greeting>().Text);
        Assert.Single(cluster.Silos);
    }

    [Fact]
    public async Task A_restarted_silo_answers_again()
    {
        TestClusterBuilder builder = new(1);
        builder.AddSiloBuilderConfigurator<GreetingConfigurator>();
        await using TestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        Assert.Equal("none 1", await cluster.GrainFactory.GetGrain<IGreetingGrain>(1).Greet());
        await cluster.RestartSiloAsync(cluster.Primary!);
        IGrainFactory grains = cluster.GetSiloServiceProvider().GetRequiredService<IGrainFactory>();
        Assert.Equal("none 1", await grains.GetGrain<IGreetingGrain>(1).Greet());
    }

    [Fact]
    public async Task A_grain_hands_out_a_reference_to_itself()
    {
        await using Cluster cluster = await Cluster.StartAsync(silo => silo.Services.AddSingleton(new Greeting("hi")));
        IGreetingGrain itself = await cluster.Client.GetGrain<IGreetingGrain>(3).Itself();
        Assert.Equal("hi 3", await itself.Greet());
        Assert.Equal(cluster.Client.GetGrain<IGreetingGrain>(3), itself);
    }

    [Fact]
    public async Task A_startup_task_may_call_grains_before_the_host_has_started()
    {
        string? said = null;
        await using Cluster cluster = await Cluster.StartAsync(silo =>
        {
            silo.Services.AddSingleton(new Greeting("early"));
            silo.AddStartupTask(async (services, _) =>
                said = await services.GetRequiredService<IGrainFactory>().GetGrain<IGreetingGrain>(1).Greet());
        });
        Assert.Equal("early 1", said);
    }
}
