using System.Collections.Concurrent;
using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Activations;

public sealed class LifeGrain : Grain, ILifeGrain
{
    private static readonly ConcurrentDictionary<string, int> Instances = new();
    private int instance;
    private bool activated;

    public static ConcurrentDictionary<string, DeactivationReasonCode> Ends { get; } = new();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        instance = Instances.AddOrUpdate(this.GetPrimaryKeyString(), 1, (_, before) => before + 1);
        await Task.Yield();
        activated = true;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Ends[this.GetPrimaryKeyString()] = reason.ReasonCode;
        Signals.Raise($"{this.GetPrimaryKeyString()} ended");
        return Task.CompletedTask;
    }

    public Task<int> Instance() => activated ? Task.FromResult(instance) : throw new InvalidOperationException("Called before activation ended.");

    public async Task<int> Leave()
    {
        DeactivateOnIdle();
        Signals.Raise($"{this.GetPrimaryKeyString()} asked");
        await Signals.WhenRaised($"{this.GetPrimaryKeyString()} go");
        return instance;
    }
}
