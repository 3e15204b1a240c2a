using Grpc.Core;
using Grpc.Health.V1;
using TimeBank.Chaos.Load;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace TimeBank.Chaos.Scenarios;

/// <summary>Asks all running servers ten times a second for their health, and keeps the longest time without an answer of any.</summary>
internal sealed class Watch : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _turn = new();
    private readonly Task _asking;
    private long _answered = TimeProvider.System.GetTimestamp(), _served = TimeProvider.System.GetTimestamp();
    private TimeSpan _silent, _away;

    /// <param name="servers">The connections to the servers that run now.</param>
    public Watch(Func<IReadOnlyList<Connection>> servers) => _asking = AskAsync(servers);

    /// <summary>The longest time in which no server answered at all, in seconds.</summary>
    public double SilentSeconds => Longest(_silent, _answered);

    /// <summary>The longest time in which no server said that it serves, in seconds.</summary>
    public double AwaySeconds => Longest(_away, _served);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asking;
        _stop.Dispose();
    }

    private double Longest(TimeSpan until, long last)
    {
        lock (_turn) return Math.Max(until.TotalSeconds, TimeProvider.System.GetElapsedTime(last).TotalSeconds);
    }

    private async Task AskAsync(Func<IReadOnlyList<Connection>> servers)
    {
        var asked = new List<Task>();
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (true)
            {
                asked.RemoveAll(task => task.IsCompleted);
                asked.AddRange(servers().Select(HearAsync));
                await timer.WaitForNextTickAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(asked);
        }
    }

    private async Task HearAsync(Connection server)
    {
        ServingStatus status;
        try
        {
            status = (await new Health.HealthClient(server.Invoker).CheckAsync(
                new HealthCheckRequest(), deadline: (TimeProvider.System.GetUtcNow() + Patience).UtcDateTime)).Status;
        }
        catch (Exception none) when (none is RpcException or ObjectDisposedException)
        {
            return;
        }
        lock (_turn)
        {
            long now = TimeProvider.System.GetTimestamp();
            Note(ref _answered, ref _silent, now);
            if (status == ServingStatus.Serving) Note(ref _served, ref _away, now);
        }
    }

    private static void Note(ref long last, ref TimeSpan longest, long now)
    {
        TimeSpan gap = TimeProvider.System.GetElapsedTime(last, now);
        if (gap > longest) longest = gap;
        last = now;
    }
}
