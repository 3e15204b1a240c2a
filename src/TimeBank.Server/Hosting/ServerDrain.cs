using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Counts the calls under way, and refuses new calls once the server is stopping.</summary>
public sealed class CallsUnderWay(IHostApplicationLifetime lifetime)
{
    /// <summary>The prefix of health and reflection: they answer until the end and delay nothing.</summary>
    private const string Standard = "/grpc.";

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Completes once the server is stopping and no call is under way.</summary>
    public Task Ended
    {
        get
        {
            if (Count == 0) _ended.TrySetResult();
            return _ended.Task;
        }
    }

    /// <summary>Counts a call that begins.</summary>
    /// <returns>True if the caller must call <see cref="Leave"/> at the call's end.</returns>
    /// <exception cref="RpcException">SERVER_STOPPING.</exception>
    public bool Enter(ServerCallContext context)
    {
        if (context.Method.StartsWith(Standard, StringComparison.Ordinal)) return false;
        // Count before the check: then either Ended sees this call, or this call sees that the server is stopping.
        Interlocked.Increment(ref _count);
        if (!lifetime.ApplicationStopping.IsCancellationRequested) return true;
        Leave();
        throw Problem.Of(Reason.ServerStopping);
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _count) == 0 && lifetime.ApplicationStopping.IsCancellationRequested) _ended.TrySetResult();
    }
}

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
