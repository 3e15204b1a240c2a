using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>Keeps a state and its ETag; reads it while its grain activates.</summary>
internal sealed class PersistentState<TState> : IPersistentState<TState>
{
    private readonly string name;
    private readonly IGrainContext context;
    private readonly IGrainStorage store;
    private readonly GrainState<TState> kept = new(StateMaker.New<TState>());
    private Task last = Task.CompletedTask;
    private bool known;

    public PersistentState(string stateName, string? storageName, IGrainContext context)
    {
        name = stateName;
        this.context = context;
        store = (string.IsNullOrEmpty(storageName)
                ? context.ActivationServices.GetService<IGrainStorage>()
                : context.ActivationServices.GetKeyedService<IGrainStorage>(storageName))
            ?? throw new BadProviderConfigException(string.IsNullOrEmpty(storageName)
                ? $"No default storage provider found loading grain type {context.GrainId.Type}."
                : $"No storage provider named \"{storageName}\" found loading grain type {context.GrainId.Type}.");
        context.ObservableLifecycle.Subscribe($"state {name}", GrainLifecycleStage.SetupState, _ => ReadStateAsync());
    }

    public TState State
    {
        get
        {
            CheckTurn();
            return kept.State;
        }

        set
        {
            CheckTurn();
            kept.State = value;
        }
    }

    public string? Etag => kept.ETag;

    public bool RecordExists => known ? kept.RecordExists : throw new InvalidOperationException("State has not yet been loaded");

    public Task ReadStateAsync() => InOrder(() => store.ReadStateAsync(name, context.GrainId, kept));

    public Task WriteStateAsync() => InOrder(() => store.WriteStateAsync(name, context.GrainId, kept));

    public Task ClearStateAsync() => InOrder(() => store.ClearStateAsync(name, context.GrainId, kept));

    private static void CheckTurn()
    {
        if (Activation.Current is null)
            throw new InvalidOperationException("Activation access violation. A non-activation thread attempted to access activation services.");
    }

    /// <summary>Each operation waits for the one before it, so that turns that interleave never write with the same ETag.</summary>
    private Task InOrder(Func<Task> operation)
    {
        CheckTurn();
        return last = AfterAsync(last);

        async Task AfterAsync(Task before)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            try
            {
                await operation();
                known = true;
            }
            catch (Exception error) when (error is not OrleansException)
            {
                throw new OrleansException($"Error from storage provider {store.GetType().Name} for state {name} of grain {context.GrainId}: {error.Message}", error);
            }
        }
    }
}
