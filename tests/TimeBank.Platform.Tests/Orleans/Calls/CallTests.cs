using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Xunit;

namespace TimeBank.Platform.Tests.Orleans.Calls;

public sealed class CallTests
{
    [Fact]
    public async Task Records_cross_a_call()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        Word word = new("一小时", 60);
        Assert.Equal(word, await cluster.Client.GetGrain<ICallGrain>("echo").Echo(word));
    }

    [Fact]
    public async Task An_exception_keeps_type_message_cause_and_place()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => cluster.Client.GetGrain<ICallGrain>("near").FailFar("far", "not today"));
        Assert.Equal("not today", failure.Message);
        Assert.IsType<ArgumentException>(failure.InnerException);
        Assert.Contains(nameof(CallGrain.Fail), failure.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grain_goes_on_after_an_exception()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        ICallGrain grain = cluster.Client.GetGrain<ICallGrain>("goes on");
        await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Fail("once"));
        Assert.Equal(0, await grain.Count());
    }

    [Fact]
    public async Task Cancelling_ends_the_call_and_reaches_the_grain()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        using CancellationTokenSource source = new();
        Task call = cluster.Client.GetGrain<ICallGrain>("cancel").WaitFor(source.Token);
        await Signals.WhenRaised("cancel waits");
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Signals.WhenRaised("cancel cancelled");
    }

    [Fact]
    public async Task A_call_that_is_cancelled_beforehand_is_not_made()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        ICallGrain grain = cluster.Client.GetGrain<ICallGrain>("never");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => grain.WaitFor(new CancellationToken(canceled: true)));
        await grain.Count();
        Assert.False(Signals.WhenRaised("never waits").IsCompleted);
    }

    [Fact]
    public async Task A_call_that_times_out_may_still_take_effect()
    {
        await using Cluster cluster = await Cluster.StartAsync(
            client: client => client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromMilliseconds(200)));
        ICallGrain grain = cluster.Client.GetGrain<ICallGrain>("late");
        await Assert.ThrowsAsync<TimeoutException>(grain.CountLate);
        Signals.Raise("late go");
        await Signals.WhenRaised("late counted");
        Assert.Equal(1, await grain.Count());
    }

    [Fact]
    public async Task The_request_context_travels_on_and_never_back()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        ICallGrain grain = cluster.Client.GetGrain<ICallGrain>("context");
        RequestContext.Set("actor", "counter-7");
        Assert.Equal("counter-7", await grain.ContextHere("actor"));
        Assert.Equal("counter-7", await grain.ContextThere("context there", "actor", null));
        Assert.Equal("counter-8", await grain.ContextThere("context there", "actor", "counter-8"));
        Assert.Equal("counter-7", RequestContext.Get("actor"));
        RequestContext.Clear();
        Assert.Null(await grain.ContextHere("actor"));
    }

    [Fact]
    public async Task A_one_way_call_tells_nothing_of_its_outcome()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        await cluster.Client.GetGrain<ICallGrain>("one way").Tell("told");
        await Signals.WhenRaised("told");
    }

    [Fact]
    public async Task An_interface_without_a_class_is_refused()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        Assert.Throws<ArgumentException>(() => cluster.Client.GetGrain<INobodysGrain>("x"));
    }
}
