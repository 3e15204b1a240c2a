using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Activations;

public sealed class IdleGrain : Grain, IIdleGrain
{
    public Task Wake(bool keep)
    {
        if (keep) DelayDeactivation(TimeSpan.FromDays(1));
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Signals.Raise($"{this.GetPrimaryKeyString()} {reason.ReasonCode}");
        return Task.CompletedTask;
    }
}
