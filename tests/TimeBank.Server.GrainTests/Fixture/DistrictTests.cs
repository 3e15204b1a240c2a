using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>Base of tests that each have their own district.</summary>
public abstract class DistrictTests : IAsyncLifetime
{
    private protected District Here { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Here = await District.StartAsync();

    public async ValueTask DisposeAsync() => await Here.DisposeAsync();

    /// <summary>Makes dry runs of a command, asserts that they wrote nothing, then carries it out under the same id.</summary>
    private protected async Task<(T Would, T Done)> TriedAsync<T>(Func<Command, Task<Reply<T>>> call, string actor = "STAFF")
        where T : notnull
    {
        Command command = Here.Command(actor);
        string before = await Here.EverythingAsync();
        T would = District.Value(await call(command with { IsDryRun = true }));
        Assert.Equal(would, District.Value(await call(command with { IsDryRun = true })));
        Assert.Equal(before, await Here.EverythingAsync());
        T done = District.Value(await call(command));
        Assert.NotEqual(before, await Here.EverythingAsync());
        return (would, done);
    }

    /// <summary>Asserts that a dry run is refused for this reason and writes nothing, not even the refusal.</summary>
    private protected async Task<Command> TrialRefusedAsync<T>(Reason reason, Func<Command, Task<Reply<T>>> call)
        where T : notnull
    {
        Command command = Here.Command();
        string before = await Here.EverythingAsync();
        Assert.Equal(reason, (await call(command with { IsDryRun = true })).Reason);
        Assert.Equal(before, await Here.EverythingAsync());
        return command;
    }

    /// <summary>Asserts that a call is refused for this reason and moves nothing.</summary>
    private protected async Task<Refusal> RefusedAsync<T>(Reason reason, Func<Task<Reply<T>>> call)
        where T : notnull
    {
        string before = await Here.CountersAsync();
        Reply<T> reply = await call();
        Assert.Equal(reason, reply.Reason);
        Assert.Equal(before, await Here.CountersAsync());
        return reply.Refusal!;
    }
}
