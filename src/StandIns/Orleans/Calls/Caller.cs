using System.Collections.Concurrent;

namespace Orleans.Runtime;

/// <summary>The sending side of a silo or of a client: its filters, its time-outs and the calls that wait for an answer.</summary>
internal sealed class Caller(Func<Silo> silo, TimeProvider timeProvider, TimeSpan responseTimeout, Func<IEnumerable<IOutgoingGrainCallFilter>> findFilters) : IDisposable
{
    private readonly Lazy<IOutgoingGrainCallFilter[]> filters = new(() => [.. findFilters()]);
    private readonly ConcurrentDictionary<PendingCall, byte> pending = new();
    private ITimer? watch;

    internal object Refer(Type interfaceType, GrainId grainId) => GrainProxy.Create(this, interfaceType, grainId);

    internal Task<T> CallAsync<T>(Request request) =>
        filters.Value.Length == 0 ? Dispatch<T>(request) : CallFilteredAsync<T>(request);

    internal Task<T> Dispatch<T>(Request request)
    {
        CancellationToken cancellationToken = request.Method.TokenIndex >= 0 ? (CancellationToken)request.Arguments[request.Method.TokenIndex]! : default;
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);
        PendingCall<T> call = new(request, RequestContext.Current, this);
        if (request.Method.IsOneWay)
        {
            silo().Send(call);
            return Task.FromResult<T>(default!);
        }

        call.Observe(cancellationToken);
        TimeSpan timeout = request.Method.Timeout ?? responseTimeout;
        if (timeout != Timeout.InfiniteTimeSpan) call.ExpectWithin(timeout, timeProvider.GetTimestamp());
        silo().Send(call, mayRunHere: true);
        if (timeout != Timeout.InfiniteTimeSpan && !call.IsOver) Watch(call);
        return call.Task;
    }

    internal void Answered(PendingCall call) => pending.TryRemove(call, out _);

    public void Dispose() => watch?.Dispose();

    private async Task<T> CallFilteredAsync<T>(Request request)
    {
        OutgoingChain<T> chain = new(request, this, filters.Value);
        await chain.Invoke();
        return (T)chain.Result!;
    }

    private void Watch(PendingCall call)
    {
        pending.TryAdd(call, 0);
        if (watch is null) StartWatch();
        // Where it was answered before it was watched, nobody else takes it off.
        if (call.IsOver) Answered(call);
    }

    /// <summary>Looks for late answers as often as the package does: each time-out, and at least each second.</summary>
    private void StartWatch()
    {
        TimeSpan period = TimeSpan.FromTicks(Math.Clamp(responseTimeout.Ticks, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerSecond));
        ITimer started = timeProvider.CreateCleanTimer(ExpireLate, period, period);
        if (Interlocked.CompareExchange(ref watch, started, null) is not null) started.Dispose();
    }

    private void ExpireLate()
    {
        long now = timeProvider.GetTimestamp();
        foreach (PendingCall call in pending.Keys)
        {
            if (timeProvider.GetElapsedTime(call.SentAt, now) > call.Timeout) call.Expire();
        }
    }
}
