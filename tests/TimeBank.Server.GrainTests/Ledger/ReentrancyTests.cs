using Orleans.Concurrency;
using Orleans.TestingHost;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// The writer assumes that a reentrant grain's calls take turns at awaits and never run at the same time. These tests check Orleans.
/// </summary>
public sealed class ReentrancyTests : IAsyncLifetime
{
    private readonly InProcessTestCluster _cluster = Cluster();

    private ITurnsGrain Grain => _cluster.Client.GetGrain<ITurnsGrain>("one");

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync();

    private static InProcessTestCluster Cluster()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureClient(client => client.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) => silo.Services.AddGrainTypes());
        return builder.Build();
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Calls_of_a_reentrant_grain_interleave_at_an_await()
    {
        Task first = Grain.MeetAsync(2);
        Task second = Grain.MeetAsync(2);

        // The two calls wait for each other: if they ran one after the other, neither would end.
        await Task.WhenAll(first, second).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Calls_of_a_reentrant_grain_never_run_at_the_same_time()
    {
        int[] counts = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Grain.CountAsync()));

        Assert.Equal(Enumerable.Range(1, 1000), counts.Order());
    }
}

[Alias("tests.turns")]
internal interface ITurnsGrain : IGrainWithStringKey
{
    /// <summary>Completes when this many calls have arrived.</summary>
    [Alias("meet")]
    Task MeetAsync(int calls);

    /// <summary>Counts without a lock, and gives up its turn before and after.</summary>
    [Alias("count")]
    Task<int> CountAsync();
}

[Reentrant, GrainType("tests-turns")]
internal sealed class TurnsGrain : Grain, ITurnsGrain
{
    private readonly TaskCompletionSource _met = new();
    private int _in;
    private int _count;

    public Task MeetAsync(int calls)
    {
        if (++_in == calls) _met.SetResult();
        return _met.Task;
    }

    public async Task<int> CountAsync()
    {
        await Task.Yield();
        int count = _count + 1;
        Thread.SpinWait(200);
        _count = count;
        await Task.Yield();
        return count;
    }
}
