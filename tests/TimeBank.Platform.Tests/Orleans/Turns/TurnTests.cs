using Orleans.Configuration;
using Orleans.Hosting;
using Xunit;

namespace TimeBank.Platform.Tests.Orleans.Turns;

public sealed class TurnTests
{
    [Fact]
    public async Task Requests_to_one_grain_run_one_after_the_other()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        ITurnGrain grain = cluster.Client.GetGrain<ITurnGrain>("one by one");
        Task first = grain.Stay("first");
        await Signals.WhenRaised("first in");
        Task second = grain.Stay("second");
        Signals.Raise("second go");

        // Interleaves, and is sent after the second request, so that one has arrived as well.
        Assert.Equal(["first in"], await grain.Notes());
        Signals.Raise("first go");
        await Task.WhenAll(first, second);
        Assert.Equal(["first in", "first out", "second in", "second out"], await grain.Notes());
    }

    [Fact]
    public async Task A_request_is_not_interrupted_at_an_await()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        ITurnGrain grain = cluster.Client.GetGrain<ITurnGrain>("uninterrupted");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => grain.CountSlowly()));
        Assert.Equal(Enumerable.Range(1, 200).Select(number => $"{number}"), await grain.Notes());
    }

    [Fact]
    public async Task Interleaved_requests_never_run_at_the_same_time()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        ITurnGrain interleaving = cluster.Client.GetGrain<ITurnGrain>("interleaving");
        IReentrantTurnGrain reentrant = cluster.Client.GetGrain<IReentrantTurnGrain>("reentrant");
        int[] attribute = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => interleaving.CountWithoutLock()));
        int[] grainClass = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => reentrant.CountWithoutLock()));
        Assert.Equal(Enumerable.Range(1, 1000), attribute.Order());
        Assert.Equal(Enumerable.Range(1, 1000), grainClass.Order());
    }

    [Fact]
    public async Task Requests_of_a_reentrant_class_interleave()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        IReentrantTurnGrain grain = cluster.Client.GetGrain<IReentrantTurnGrain>("both in");
        Task first = grain.Stay("r1");
        Task second = grain.Stay("r2");
        await Task.WhenAll(Signals.WhenRaised("r1 in"), Signals.WhenRaised("r2 in"));
        Signals.Raise("r1 go");
        Signals.Raise("r2 go");
        await Task.WhenAll(first, second);
    }

    [Fact]
    public async Task Read_only_requests_interleave_with_each_other_alone()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        ITurnGrain grain = cluster.Client.GetGrain<ITurnGrain>("readers");
        Task reader = grain.Look("reader");
        await Signals.WhenRaised("reader in");
        Task other = grain.Look("other");
        await Signals.WhenRaised("other in");
        Task writer = grain.Stay("writer");
        Signals.Raise("writer go");
        Assert.Equal(["reader in", "other in"], await grain.Notes());
        Signals.Raise("reader go");
        Signals.Raise("other go");
        await Task.WhenAll(reader, other, writer);
        Assert.Equal("writer out", (await grain.Notes())[^1]);
    }

    [Fact]
    public async Task A_call_chain_comes_back_where_it_may()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        ICallChainGrain grain = cluster.Client.GetGrain<ICallChainGrain>("near");
        Assert.Equal("near answers", await grain.AskAround("far", allowed: true));
    }

    [Fact]
    public async Task A_call_chain_that_may_not_come_back_times_out()
    {
        await using Cluster cluster = await Cluster.StartAsync(
            silo => silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromMilliseconds(200)));
        ICallChainGrain grain = cluster.Client.GetGrain<ICallChainGrain>("shut");
        await Assert.ThrowsAsync<TimeoutException>(() => grain.AskAround("away", allowed: false));
    }
}
