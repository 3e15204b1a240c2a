using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace TimeBank.Server;

/// <summary>
/// Measures every call, over gRPC, HTTP or from a page: its time by method, its refusal by method and reason, and the first span of its
/// trace. The outermost interceptor, so that it sees what callers get.
/// </summary>
public sealed class CallFigures : Interceptor
{
    /// <summary>The name of the meter and of the source of spans.</summary>
    public const string Name = "TimeBank.Calls";

    private static readonly ActivitySource Spans = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Time = Meter.CreateHistogram(
        "timebank.call.duration", "s", "Time of a call, whatever its end", tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
        });

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>(
        "timebank.call.refusals", "{call}", "Calls that were refused, by the contract's reason");

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        IsWatched ? MeasureAsync(context, () => continuation(request, context)) : continuation(request, context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        MeasureAsync(context, async () =>
        {
            await continuation(request, responseStream, context);
            return true;
        });

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        MeasureAsync(context, () => continuation(requestStream, context));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        MeasureAsync(context, async () =>
        {
            await continuation(requestStream, responseStream, context);
            return true;
        });

    /// <summary>Counts a call that is refused before any interceptor.</summary>
    internal static void Refused(string method, RpcException refusal) =>
        Refusals.Add(1, new("method", method), new("reason", ReasonOf(refusal)));

    private static bool IsWatched => Time.Enabled || Spans.HasListeners();

    private static async Task<T> MeasureAsync<T>(ServerCallContext context, Func<Task<T>> call)
    {
        long asked = Stopwatch.GetTimestamp();
        // gRPC calls only methods of the contract, so their number is bounded.
        string method = context.Method;
        using Activity? span = Spans.StartActivity(method, ActivityKind.Server);
        GrainTraces.Follow(span);
        try
        {
            return await call();
        }
        catch (RpcException refusal)
        {
            Refused(method, refusal);
            if (span is { IsAllDataRequested: true })
            {
                span.SetTag("reason", ReasonOf(refusal));
                if (IsFault(refusal.StatusCode)) span.SetStatus(ActivityStatusCode.Error);
            }
            throw;
        }
        finally
        {
            Time.Record(Stopwatch.GetElapsedTime(asked).TotalSeconds, new KeyValuePair<string, object?>("method", method));
        }
    }

    /// <summary>True where the server, and not the caller, is at fault.</summary>
    private static bool IsFault(StatusCode status) =>
        status is StatusCode.Internal or StatusCode.Unknown or StatusCode.DataLoss or StatusCode.Unavailable;

    /// <summary>The contract's reason; an error without one counts under its status.</summary>
    private static string ReasonOf(RpcException refusal) =>
        refusal.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason ?? refusal.StatusCode.ToString();
}

/// <summary>
/// Carries a recorded trace through grains: each grain that carries out a command, and the region's writer, shows itself as a span with the
/// name of its class. The grains call this themselves, because a filter of grain calls would run at every call, recorded or not. Orleans's
/// own filter (<c>AddActivityPropagation</c>) would also name the grains' keys, which are persons' ids.
/// </summary>
public static class GrainTraces
{
    /// <summary>The name of the source of spans.</summary>
    public const string Name = "TimeBank.Grains";

    private const string Key = "traceparent";

    private static readonly ActivitySource Spans = new(Name);

    /// <summary>Lets the grain calls that follow belong to a span, if it is recorded.</summary>
    internal static void Follow(Activity? span)
    {
        if (span is { Recorded: true }) RequestContext.Set(Key, span.Id!);
    }

    /// <summary>Begins the span of a grain; call it in an async method, which ends it and forgets it again.</summary>
    /// <returns>Null where the caller is not recorded.</returns>
    internal static Activity? Begin(string grain)
    {
        if (RequestContext.Get(Key) is not string caller
            || !ActivityContext.TryParse(caller, null, isRemote: true, out ActivityContext trace)) return null;
        Activity? span = Spans.StartActivity(grain, ActivityKind.Server, trace);
        Follow(span);
        return span;
    }
}
