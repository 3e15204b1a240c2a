using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Xunit;

namespace TimeBank.Platform.Tests.Orleans.Timers;

public sealed class TimerTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly FakeTime time = new();

    [Fact]
    public async Task Ticks_follow_the_clock_of_grains_until_the_timer_is_disposed()
    {
        await using Cluster cluster = await StartAsync();
        ITimerGrain grain = cluster.Client.GetGrain<ITimerGrain>("regular");
        await grain.Start(2 * Minute, Minute);
        time.Advance(Minute);
        Assert.Equal(0, await grain.Ticks());
        time.Advance(Minute);
        await Signals.WhenRaised("regular tick 1");

        // Its turn comes after the tick's, so the next tick is set.
        Assert.Equal(1, await grain.Ticks());
        time.Advance(Minute);
        await Signals.WhenRaised("regular tick 2");
        await grain.Stop();
        time.Advance(Minute);
        Assert.Equal(2, await grain.Ticks());
    }

    [Fact]
    public async Task A_changed_timer_follows_its_new_times()
    {
        await using Cluster cluster = await StartAsync();
        ITimerGrain grain = cluster.Client.GetGrain<ITimerGrain>("changed");
        await grain.Start(10 * Minute, 10 * Minute);
        await grain.Change(Minute);
        time.Advance(Minute);
        await Signals.WhenRaised("changed tick 1");
    }

    [Fact]
    public async Task A_tick_waits_for_the_running_request()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        ITimerGrain grain = cluster.Client.GetGrain<ITimerGrain>("held");
        Task request = grain.HoldOffTick();
        await Signals.WhenRaised("held holds");
        Assert.Empty(await grain.Notes());
        Signals.Raise("held go");
        await request;
        await Signals.WhenRaised("held ticked");
        Assert.Equal(["request ends", "tick"], await grain.Notes());
    }

    [Fact]
    public async Task An_interleaving_tick_does_not_wait()
    {
        await using Cluster cluster = await Cluster.StartAsync();
        await cluster.Client.GetGrain<ITimerGrain>("interleaved").WaitForInterleavedTick();
    }

    private Task<Cluster> StartAsync() => Cluster.StartAsync(
        silo => silo.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, time));
}
