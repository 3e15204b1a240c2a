using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Counts the calls that are under way, and takes none any more once the server is being stopped.</summary>
public sealed class CallsUnderWay(IHostApplicationLifetime lifetime)
{
    /// <summary>Health and reflection, which are asked to the last and hold nobody up.</summary>
    private const string Standard = "/grpc.";

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Completes once the server is being stopped and no call is under way any more.</summary>
    public Task Ended
    {
        get
        {
            if (Count == 0) _ended.TrySetResult();
            return _ended.Task;
        }
    }

    /// <summary>A call begins.</summary>
    /// <returns>Whether its end must be told by <see cref="Leave"/>.</returns>
    /// <exception cref="RpcException">SERVER_STOPPING.</exception>
    public bool Enter(ServerCallContext context)
    {
        if (context.Method.StartsWith(Standard, StringComparison.Ordinal)) return false;
        // Counted first: whoever sees that none is left has seen this one, or this one sees that it comes too late.
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
/// Ends a server in order. From the signal on health says NOT_SERVING, to those who watch too, and new calls are refused with a reason,
/// over connections that are open still. Calls
/// under way get their answers, and with them whatever the writers have taken is stored. Only then the listeners close, and after them the
/// silo.
/// </summary>
public sealed class ServerDrain(CallsUnderWay calls, IServer server, IHostApplicationLifetime lifetime, ILogger<ServerDrain> log)
    : IHostedLifecycleService
{
    /// <summary>
    /// How long calls under way may still take. One that takes longer is broken off, and whoever asks again with its request id finds out
    /// what became of it.
    /// </summary>
    public static readonly TimeSpan CallsFinishWithin = TimeSpan.FromSeconds(20);

    /// <summary>How long everything may take: calls, listeners, and the silo, whose grains finish what they are at.</summary>
    public static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(50);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Where no signal but the host itself asks for the end, it would tell everybody only after this.
        lifetime.StopApplication();
        try
        {
            await calls.Ended.WaitAsync(CallsFinishWithin, TimeProvider.System, cancellationToken);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            log.LogWarning("{Count} calls did not finish within {Time} and are broken off.", calls.Count, CallsFinishWithin);
            // Listeners that wait for them would leave the silo no time to end in.
            await server.StopAsync(new CancellationToken(canceled: true));
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
