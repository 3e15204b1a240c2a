using Microsoft.AspNetCore.Hosting.Server;

namespace TimeBank.Server;

/// <summary>
/// Ends a server in order. From the signal on, health says NOT_SERVING, also to watchers, and new calls are refused with SERVER_STOPPING.
/// Calls under way get their answers, so the writers store what they have accepted. Then the listeners close, and last the silo.
/// </summary>
public sealed class ServerDrain(CallsUnderWay calls, IServer server, IHostApplicationLifetime lifetime, ILogger<ServerDrain> log)
    : IHostedLifecycleService
{
    /// <summary>The time for calls under way. The server breaks off longer calls; a retry with the request id finds the outcome.</summary>
    public static readonly TimeSpan CallsFinishWithin = TimeSpan.FromSeconds(20);

    /// <summary>The time for everything: calls, listeners, and the silo, whose grains finish their work.</summary>
    public static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(50);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // If code and not a signal stops the host, the host would set ApplicationStopping only after this method: set it now.
        lifetime.StopApplication();
        try
        {
            await calls.Ended.WaitAsync(CallsFinishWithin, TimeProvider.System, cancellationToken);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            log.LogWarning("{Count} calls did not finish within {Time} and are broken off.", calls.Count, CallsFinishWithin);
            // Abort the listeners: waiting for these calls would use up the silo's time.
            await server.StopAsync(new CancellationToken(canceled: true));
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
