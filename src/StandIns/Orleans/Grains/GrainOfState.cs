using System.Diagnostics.CodeAnalysis;
using Orleans.Core;
using Orleans.Providers;
using Orleans.Runtime;

namespace Orleans;

/// <summary>A grain with one state, named "state", kept by the default provider or the one its <see cref="StorageProviderAttribute"/> names.</summary>
public class Grain<TGrainState> : Grain
{
    [AllowNull]
    private readonly IStorage<TGrainState> storage;

    protected Grain()
    {
        if (GrainContext is not { } context) return;
        string? provider = Attribute.GetCustomAttribute(GetType(), typeof(StorageProviderAttribute)) is StorageProviderAttribute named
            ? named.ProviderName
            : null;
        storage = new PersistentState<TGrainState>("state", provider, context);
    }

    protected Grain(IStorage<TGrainState> storage) => this.storage = storage;

    protected TGrainState State
    {
        get => storage.State;
        set => storage.State = value;
    }

    protected virtual Task ReadStateAsync() => storage.ReadStateAsync();

    protected virtual Task WriteStateAsync() => storage.WriteStateAsync();

    protected virtual Task ClearStateAsync() => storage.ClearStateAsync();
}
