using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Grains.Tests;

/// <summary>Tests of the hours' grains: each has a district of its own.</summary>
public abstract class HoursTests : IAsyncLifetime
{
    private protected HoursCluster Here { get; private set; } = null!;

    public async Task InitializeAsync() => Here = await HoursCluster.StartAsync();

    public async Task DisposeAsync() => await Here.DisposeAsync();

    /// <summary>The call is refused so, and moves nothing.</summary>
    private protected async Task<Refusal> RefusedAsync<T>(Reason reason, Func<Task<Reply<T>>> call)
        where T : class
    {
        string before = await Here.BalanceAsync();
        Reply<T> reply = await call();
        Assert.Equal(reason, reply.Reason);
        Assert.Equal(before, await Here.BalanceAsync());
        return reply.Refusal!;
    }
}
