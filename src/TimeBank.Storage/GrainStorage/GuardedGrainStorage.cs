using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Hosting;
using Orleans.Storage;
using TimeBank.Ledger;

namespace TimeBank.Storage.GrainStorage;

/// <summary>
/// Grain storage that throws only the ports' exceptions: an outage, or an unreadable state. It is needed beside the call filter: while a
/// grain is being activated, no filter runs yet, and the caller gets the storage's exception.
/// </summary>
/// <param name="inner">The storage behind.</param>
/// <param name="time">The real time.</param>
public sealed class GuardedGrainStorage(IGrainStorage inner, TimeProvider time, ILogger<GuardedGrainStorage> log) : IGrainStorage
{
    /// <summary>
    /// How long reading a state may take. Orleans gives up an activation after 30 seconds, and then says only that it was cancelled.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <exception cref="StorageUnavailableException">The state can't be read now.</exception>
    /// <exception cref="UnreadableStateException">The stored bytes are not a state of this type.</exception>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        // Read into a copy: an answer that arrives after we gave up must not overwrite the state that a later call reads.
        var read = new GrainState<T>(grainState.State, grainState.ETag) { RecordExists = grainState.RecordExists };
        Task reading = inner.ReadStateAsync(stateName, grainId, read, cancellationToken);
        await GuardAsync(stateName, grainId, reading.WaitAsync(Patience, time, cancellationToken));
        (grainState.State, grainState.ETag, grainState.RecordExists) = (read.State, read.ETag, read.RecordExists);
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <exception cref="StorageUnavailableException">The state was not written, or maybe was.</exception>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        GuardAsync(stateName, grainId, inner.WriteStateAsync(stateName, grainId, grainState, cancellationToken));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <exception cref="StorageUnavailableException">The state was not cleared, or maybe was.</exception>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        GuardAsync(stateName, grainId, inner.ClearStateAsync(stateName, grainId, grainState, cancellationToken));

    private async Task GuardAsync(string stateName, GrainId grainId, Task work)
    {
        try
        {
            await work;
        }
        catch (Exception error) when (StorageFault.IsOutage(error) || error is TimeoutException or OperationCanceledException)
        {
            log.LogWarning("The {State} of {Grain} can't be reached now: {Fault}", stateName, grainId, error.Message);
            throw new StorageUnavailableException($"The {stateName} of {grainId} can't be reached now: {error.Message}");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or FormatException)
        {
            throw new UnreadableStateException($"What is stored as the {stateName} of {grainId} can't be read: {error.Message}");
        }
        catch (Exception error) when (StorageFault.IsDrivers(error))
        {
            log.LogError(error, "The database refuses the {State} of {Grain}.", stateName, grainId);
            throw new InvalidOperationException($"The database refuses the {stateName} of {grainId}: {error.Message}");
        }
    }
}

/// <summary>
/// Keeps driver exceptions inside the grain. The caller may be another process, which can't read them or loses their error codes.
/// </summary>
public sealed class GrainFaultFilter(ILogger<GrainFaultFilter> log) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception error) when (StorageFault.IsDrivers(error))
        {
            string call = $"{context.InterfaceName}.{context.MethodName}";
            if (StorageFault.IsOutage(error))
            {
                log.LogWarning("The database can't be used in {Call}: {Fault}", call, error.Message);
                throw new StorageUnavailableException(error.Message);
            }
            log.LogError(error, "The database refuses what {Call} of {Grain} asks.", call, context.TargetId);
            throw new InvalidOperationException($"The database refuses what {call} asks: {error.Message}");
        }
    }
}

/// <summary>Adds the guards against driver exceptions.</summary>
public static class GrainFaultSetup
{
    /// <param name="silo">The silo.</param>
    /// <param name="provider">The storage's name for grains.</param>
    /// <param name="inner">Returns the storage behind.</param>
    public static ISiloBuilder AddGuardedGrainStorage(this ISiloBuilder silo, string provider, Func<IServiceProvider, IGrainStorage> inner)
    {
        silo.Services.AddGrainStorage(provider, (services, _) =>
            new GuardedGrainStorage(inner(services), TimeProvider.System, services.GetRequiredService<ILogger<GuardedGrainStorage>>()));
        return silo.AddIncomingGrainCallFilter<GrainFaultFilter>();
    }
}
