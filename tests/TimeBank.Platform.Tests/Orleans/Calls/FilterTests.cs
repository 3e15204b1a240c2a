using Orleans;
using Orleans.Hosting;
using Xunit;

namespace TimeBank.Platform.Tests.Orleans.Calls;

public sealed class FilterTests
{
    [Fact]
    public async Task Incoming_filters_stand_around_the_grain_in_order()
    {
        await using Cluster cluster = await Cluster.StartAsync(silo => silo
            .AddIncomingGrainCallFilter(context => WrapAsync(context, "first"))
            .AddIncomingGrainCallFilter(context => WrapAsync(context, "second")));
        Assert.Equal("first(second(own(hello)))", await cluster.Client.GetGrain<IFilteredGrain>("in").Say("hello"));
    }

    [Fact]
    public async Task Outgoing_filters_stand_around_calls_of_grains()
    {
        await using Cluster cluster = await Cluster.StartAsync(
            silo => silo.AddOutgoingGrainCallFilter(context => WrapAsync(context, "out")));
        Assert.Equal("out(own(hello))", await cluster.Client.GetGrain<IFilteredGrain>("near").SayThere("far", "hello"));
    }

    [Fact]
    public async Task A_filter_sees_an_exception_and_may_answer_in_its_place()
    {
        await using Cluster cluster = await Cluster.StartAsync(silo => silo.AddIncomingGrainCallFilter(RescueAsync));
        Assert.Equal("rescued: said fail", await cluster.Client.GetGrain<IFilteredGrain>("rescue").Say("fail"));
    }

    [Fact]
    public async Task A_filter_may_answer_without_calling()
    {
        await using Cluster cluster = await Cluster.StartAsync(silo => silo.AddIncomingGrainCallFilter(context =>
        {
            if (context.MethodName != nameof(IFilteredGrain.Say)) return context.Invoke();
            context.Result = $"refused {context.TargetId.Key}";
            return Task.CompletedTask;
        }));
        Assert.Equal("refused gate", await cluster.Client.GetGrain<IFilteredGrain>("gate").Say("hello"));
    }

    private static async Task WrapAsync(IGrainCallContext context, string name)
    {
        await context.Invoke();
        if (context.MethodName == nameof(IFilteredGrain.Say)) context.Result = $"{name}({context.Result})";
    }

    private static async Task RescueAsync(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (InvalidOperationException failure) when (context.MethodName == nameof(IFilteredGrain.Say))
        {
            context.Result = $"rescued: {failure.Message}";
        }
    }
}
