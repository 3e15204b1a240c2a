using Orleans;
using Xunit;

namespace TimeBank.Platform.Tests.Orleans.Activations;

public sealed class ActivationTests
{
    [Fact]
    public async Task Concurrent_first_calls_meet_one_activation()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        await cluster.Client.GetGrain<ILifeGrain>("warm").Instance();
        foreach (int round in Enumerable.Range(0, 100))
        {
            TaskCompletionSource start = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<int>[] calls = [.. Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
            {
                await start.Task;
                return await cluster.Client.GetGrain<ILifeGrain>($"crowded {round}").Instance();
            }))];
            start.SetResult();
            Assert.All(await Task.WhenAll(calls), instance => Assert.Equal(1, instance));
        }
    }

    [Fact]
    public async Task Deactivation_waits_for_the_request_and_later_calls_meet_the_next_activation()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        ILifeGrain grain = cluster.Client.GetGrain<ILifeGrain>("leaving");
        Task<int> leaving = grain.Leave();
        await Signals.WhenRaised("leaving asked");
        Task<int> waiting = grain.Instance();
        Assert.False(Signals.WhenRaised("leaving ended").IsCompleted);
        Signals.Raise("leaving go");
        Assert.Equal(1, await leaving);
        Assert.Equal(2, await waiting);
        Assert.Equal(DeactivationReasonCode.ApplicationRequested, LifeGrain.Ends["leaving"]);
    }

    [Fact]
    public async Task Stopping_the_silo_deactivates_its_grains()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        await cluster.Client.GetGrain<ILifeGrain>("stopped").Instance();
        await cluster.StopAsync();
        Assert.Equal(DeactivationReasonCode.ShuttingDown, LifeGrain.Ends["stopped"]);
    }

    [Fact]
    public async Task A_failed_activation_reaches_the_caller_and_the_next_call_tries_again()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        IFragileGrain grain = cluster.Client.GetGrain<IFragileGrain>("fragile");
        InvalidDataException failure = await Assert.ThrowsAsync<InvalidDataException>(grain.Answer);
        Assert.Contains("no such elder", failure.Message, StringComparison.Ordinal);
        Assert.Equal("well again", await grain.Answer());
    }

    [Fact]
    public async Task A_failing_constructor_reaches_the_caller()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        Exception failure = await Assert.ThrowsAnyAsync<Exception>(cluster.Client.GetGrain<IUnmakableGrain>("x").Answer);
        Assert.Contains("cannot be made", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task References_to_one_grain_are_equal()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        Assert.Equal(cluster.Client.GetGrain<ILifeGrain>("same"), cluster.Client.GetGrain<ILifeGrain>("same"));
        Assert.NotEqual(cluster.Client.GetGrain<ILifeGrain>("same"), cluster.Client.GetGrain<ILifeGrain>("other"));
        Assert.Equal("life/same", cluster.Client.GetGrain<ILifeGrain>("same").GetGrainId().ToString());
    }
}
