using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Healthy while the server is not stopping, the database answers, every journal may be written, and the clock may date entries. Asks the
/// database at most once in two seconds.
/// </summary>
public sealed class DatabaseHealth(
    ILedgerReader ledger, IJournalWatch watch, BusinessClock business, StorageEngine engine, IHostApplicationLifetime lifetime,
    TimeProvider? clock = null)
    : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(3);

    // Real time, because a demonstration's clock stands still.
    private readonly TimeProvider _time = clock ?? TimeProvider.System;
    private readonly SemaphoreSlim _turn = new(1);
    private HealthCheckResult? _last;
    private long _asked;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // Say so before anything else ends, so that callers go elsewhere.
        if (lifetime.ApplicationStopping.IsCancellationRequested) return HealthCheckResult.Unhealthy("The server is being stopped.");
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } last && _time.GetElapsedTime(_asked) < Fresh) return last;
            HealthCheckResult now = await AskAsync(cancellationToken);
            (_last, _asked) = (now, _time.GetTimestamp());
            return now;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<HealthCheckResult> AskAsync(CancellationToken cancellation)
    {
        try
        {
            await LookAsync(cancellation).WaitAsync(Patience, _time, cancellation);
            return business.Doubt() is { } doubt ? HealthCheckResult.Unhealthy(doubt) : HealthCheckResult.Healthy();
        }
        catch (JournalRolledBackException error)
        {
            return HealthCheckResult.Unhealthy(error.Message);
        }
        catch (Exception error) when (error is StorageUnavailableException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"The database {engine.Name} doesn't answer.", error);
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        await ledger.RegionsAsync(cancellation);
        // Check refused journals again here: while we report NOT_SERVING nobody calls, so no writer would.
        foreach (RegionCode region in watch.Refused.Keys)
        {
            await watch.LoadAsync(region, () => ledger.ReadHeadAsync(region, cancellation), cancellation);
        }
    }
}

/// <summary>
/// Healthy once the silo has joined and the listeners are open, whatever the database or the clock does: a new start would mend neither.
/// </summary>
public sealed class StartHealth(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(lifetime.ApplicationStarted.IsCancellationRequested
            ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The server is starting."));
}

/// <summary>Health over HTTP, a word without details for anybody: 200 with <c>Healthy</c>, or 503.</summary>
public static class HealthSetup
{
    /// <summary>Ready for calls, by its old and its new path; started; alive, which any answer shows.</summary>
    public const string Path = "/health", Ready = "/health/ready", Start = "/health/start", Live = "/health/live";

    private const string Database = "database", Started = "start";

    public static void AddTimeBankHealth(this IServiceCollection services)
    {
        services.AddSingleton<DatabaseHealth>();
        services.AddGrpcHealthChecks().AddCheck<DatabaseHealth>(Database).AddCheck<StartHealth>(Started);
    }

    public static void MapTimeBankHealth(this WebApplication app)
    {
        Map(Path, Database);
        Map(Ready, Database);
        Map(Start, Started);
        Map(Live, null);

        void Map(string path, string? check) => app.MapHealthChecks(path, new HealthCheckOptions { Predicate = one => one.Name == check })
            .WithMetadata(ForOperators.Health);
    }
}
