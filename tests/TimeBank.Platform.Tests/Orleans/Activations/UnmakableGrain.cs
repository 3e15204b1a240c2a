using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Activations;

public sealed class UnmakableGrain : Grain, IUnmakableGrain
{
    public UnmakableGrain() => throw new NotSupportedException("cannot be made");

    public Task<string> Answer() => Task.FromResult("never");
}
