using System.Collections.Concurrent;
using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Activations;

/// <summary>Fails to activate the first time.</summary>
public sealed class FragileGrain : Grain, IFragileGrain
{
    private static readonly ConcurrentDictionary<string, bool> Failed = new();

    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        Failed.TryAdd(this.GetPrimaryKeyString(), true)
            ? throw new InvalidDataException("no such elder")
            : Task.CompletedTask;

    public Task<string> Answer() => Task.FromResult("well again");
}
