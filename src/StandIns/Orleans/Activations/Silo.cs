using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>The one silo of a host: its activations, one for each grain id.</summary>
internal sealed class Silo : IGrainContextAccessor, IDisposable
{
    private readonly ConcurrentDictionary<GrainId, Activation> activations = new();
    private readonly Lifecycle lifecycle = new();

    /// <summary>Found late, for filters may want grains themselves.</summary>
    private readonly Lazy<IIncomingGrainCallFilter[]> incomingFilters;
    private ITimer? collector;
    private volatile Phase phase;

    public Silo(IServiceProvider services, IOptions<GrainCollectionOptions> collection, IOptions<SiloMessagingOptions> messaging, ILoggerFactory logging)
    {
        Services = services;
        Collection = collection.Value;
        Log = logging.CreateLogger("Orleans.Silo");
        Classes = new GrainClasses(Collection);
        GrainTime = services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains);
        Housekeeping = services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.ActivationManagement);
        incomingFilters = new Lazy<IIncomingGrainCallFilter[]>(() => [.. services.GetServices<IIncomingGrainCallFilter>()]);
        Caller = new Caller(
            () => this,
            services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Messaging),
            messaging.Value.ResponseTimeout,
            services.GetServices<IOutgoingGrainCallFilter>);
        GrainFactory = new GrainFactory(() => this, Caller, services);
    }

    private enum Phase
    {
        NotStarted,
        Running,
        Stopping,
    }

    public IGrainContext GrainContext => Activation.Current!;

    internal IServiceProvider Services { get; }

    internal GrainCollectionOptions Collection { get; }

    internal ILogger Log { get; }

    internal GrainClasses Classes { get; }

    internal TimeProvider GrainTime { get; }

    /// <summary>The clock of idle activations.</summary>
    internal TimeProvider Housekeeping { get; }

    internal IIncomingGrainCallFilter[] IncomingFilters => incomingFilters.Value;

    internal Caller Caller { get; }

    internal GrainFactory GrainFactory { get; }

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (IConfigurationValidator validator in Services.GetServices<IConfigurationValidator>()) validator.ValidateConfiguration();
        phase = Phase.Running;
        foreach (var participant in Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>()) participant.Participate(lifecycle);
        await lifecycle.StartAsync(cancellationToken);
        collector = Housekeeping.CreateCleanTimer(CollectIdle, Collection.CollectionQuantum, Collection.CollectionQuantum);
    }

    /// <summary>Lets running requests end, deactivates every grain, then stops the services below them.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        collector?.Dispose();
        phase = Phase.Stopping;
        while (!activations.IsEmpty && !cancellationToken.IsCancellationRequested)
        {
            Activation[] left = [.. activations.Values];
            foreach (Activation activation in left)
                activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo is stopping."));
            await Task.WhenAll(left.Select(activation => activation.Deactivated))
                .WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await lifecycle.StopAsync(cancellationToken);
    }

    public void Dispose()
    {
        collector?.Dispose();
        Caller.Dispose();
    }

    /// <summary>Hands the call to its grain, which it activates where needed.</summary>
    /// <param name="mayRunHere">Whether the call may begin on this thread, before this method returns.</param>
    internal void Send(PendingCall call, bool mayRunHere = false)
    {
        while (true)
        {
            if (!activations.TryGetValue(call.Target, out Activation? activation))
            {
                if (phase != Phase.Running)
                {
                    call.Reject(new SiloUnavailableException($"The silo is not running; {call.Target} was not called."));
                    return;
                }

                activation = Activate(call.Target);
            }

            if (activation.TryEnqueue(call, mayRunHere ? call : null)) return;
        }
    }

    internal Activation? Find(GrainId grainId) => activations.GetValueOrDefault(grainId);

    internal void Forget(Activation activation) => activations.TryRemove(new KeyValuePair<GrainId, Activation>(activation.GrainId, activation));

    /// <summary>Concurrent first calls may each make an activation here, but only the one that is kept ever runs anything.</summary>
    private Activation Activate(GrainId grainId) =>
        activations.GetOrAdd(grainId, static (id, silo) => new Activation(silo, id, silo.Classes.Named(id.Type)), this);

    private void CollectIdle()
    {
        foreach (Activation activation in activations.Values) activation.DeactivateIfIdle();
    }
}
