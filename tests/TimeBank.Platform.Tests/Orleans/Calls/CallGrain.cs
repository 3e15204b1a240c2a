using Orleans;
using Orleans.Runtime;

namespace TimeBank.Platform.Tests.Orleans.Calls;

public sealed class CallGrain : Grain, ICallGrain
{
    private int count;

    public ValueTask<Word> Echo(Word word) => ValueTask.FromResult(word);

    public Task<int> Fail(string message) => throw new InvalidOperationException(message, new ArgumentException("inside"));

    public Task FailFar(string other, string message) => GrainFactory.GetGrain<ICallGrain>(other).Fail(message);

    public async Task WaitFor(CancellationToken cancellationToken)
    {
        TaskCompletionSource cancelled = new();
        await using CancellationTokenRegistration registration = cancellationToken.Register(cancelled.SetResult);
        Signals.Raise($"{this.GetPrimaryKeyString()} waits");
        await cancelled.Task;
        Signals.Raise($"{this.GetPrimaryKeyString()} cancelled");
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async Task CountLate()
    {
        await Signals.WhenRaised($"{this.GetPrimaryKeyString()} go");
        count++;
        Signals.Raise($"{this.GetPrimaryKeyString()} counted");
    }

    public Task<int> Count() => Task.FromResult(count);

    public Task<string?> ContextHere(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public async Task<string?> ContextThere(string other, string key, string? changed)
    {
        if (changed is not null) RequestContext.Set(key, changed);
        return await GrainFactory.GetGrain<ICallGrain>(other).ContextHere(key);
    }

    public Task Tell(string signal)
    {
        Signals.Raise(signal);
        throw new InvalidOperationException("Nobody hears this.");
    }
}
