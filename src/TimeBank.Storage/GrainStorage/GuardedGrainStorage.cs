using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Hosting;
using Orleans.Storage;
using TimeBank.Ledger;

namespace TimeBank.Storage.GrainStorage;

/// <summary>
/// Grain storage whose faults are those of the ports: an outage, or a state that can't be read. A grain that is being activated has no call
/// filter around it yet, and its caller
/// gets what the storage throws.
/// </summary>
/// <param name="inner">Where states are kept.</param>
/// <param name="time">The real time.</param>
public sealed class GuardedGrainStorage(IGrainStorage inner, TimeProvider time, ILogger<GuardedGrainStorage> log) : IGrainStorage
{
    /// <summary>
    /// How long a state may take to be read. Orleans gives an activation up after 30 seconds, and then says only that it was cancelled.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <exception cref="StorageUnavailableException">It can't be read now.</exception>
    /// <exception cref="UnreadableStateException">What is stored isn't a state of this type.</exception>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        // What is given up may still arrive, and must not be written into the state that a later call reads.
        var read = new GrainState<T>(grainState.State, grainState.ETag) { RecordExists = grainState.RecordExists };
        Task reading = inner.ReadStateAsync(stateName, grainId, read, cancellationToken);
        await GuardAsync(stateName, grainId, reading.WaitAsync(Patience, time, cancellationToken));
        (grainState.State, grainState.ETag, grainState.RecordExists) = (read.State, read.ETag, read.RecordExists);
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <exception cref="StorageUnavailableException">It was not written, or may not have been.</exception>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken) =>
        GuardAsync(stateName, grainId, inner.WriteStateAsync(stateName, grainId, grainState, cancellationToken));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <exception cref="StorageUnavailableException">It was not cleared, or may not have been.</exception>
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
/// Lets no driver's exception leave a grain: the caller may be another process, which can't read it, or reads it without its codes.
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

/// <summary>Stands between grains and whatever throws a driver's exceptions.</summary>
public static class GrainFaultSetup
{
    /// <param name="silo">The silo.</param>
    /// <param name="provider">The name that grains know their storage by.</param>
    /// <param name="inner">Where states are kept.</param>
    public static ISiloBuilder AddGuardedGrainStorage(this ISiloBuilder silo, string provider, Func<IServiceProvider, IGrainStorage> inner)
    {
        silo.Services.AddGrainStorage(provider, (services, _) =>
            new GuardedGrainStorage(inner(services), TimeProvider.System, services.GetRequiredService<ILogger<GuardedGrainStorage>>()));
        return silo.AddIncomingGrainCallFilter<GrainFaultFilter>();
    }
}
