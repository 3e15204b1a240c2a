using Orleans.Configuration;
using Orleans.Hosting;
using Xunit;

namespace TimeBank.Platform.Tests.Orleans.Activations;

public sealed class IdleTests
{
    [Fact]
    public async Task An_idle_grain_goes_and_one_that_asked_to_stay_does_not()
    {
        await using Cluster cluster = await Cluster.StartAsync(silo => silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionQuantum = TimeSpan.FromMilliseconds(100);
            options.CollectionAge = TimeSpan.FromMilliseconds(300);
        }));
        await cluster.Client.GetGrain<IIdleGrain>("kept").Wake(keep: true);
        await cluster.Client.GetGrain<IIdleGrain>("idle").Wake(keep: false);
        await Signals.WhenRaised("idle ActivationIdle");

        // Idle for longer than the other.
        Assert.False(Signals.WhenRaised("kept ActivationIdle").IsCompleted);
    }
}
