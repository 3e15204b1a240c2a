namespace TimeBank.Benchmarks.Platform;

public sealed class NoOpGrain : Grain, INoOpGrain
{
    public Task Nothing() => Task.CompletedTask;
}
