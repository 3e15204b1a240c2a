using System.Diagnostics;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>
/// Turns every exception into an error that the caller can act on, without a stack trace. Only <see cref="CallFigures"/> is outside of
/// it, so it also counts the calls under way and refuses new ones while the server stops.
/// </summary>
public sealed class FaultInterceptor(CallsUnderWay calls, ILogger<FaultInterceptor> log) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest,
        TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        bool entered = calls.Enter(context);
        try
        {
            return await continuation(request, context);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Explain(error, context);
        }
        finally
        {
            if (entered) calls.Leave();
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest,
            TResponse> continuation)
    {
        bool entered = calls.Enter(context);
        try
        {
            await continuation(request, new CallStream<TResponse>(responseStream, context.CancellationToken), context);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Explain(error, context);
        }
        finally
        {
            if (entered) calls.Leave();
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest,
            TResponse> continuation)
    {
        bool entered = calls.Enter(context);
        try
        {
            return await continuation(requestStream, context);
        }
        catch (IOException error) when (context.CancellationToken.IsCancellationRequested)
        {
            throw Explain(new OperationCanceledException(error.Message, error, context.CancellationToken), context);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Explain(error, context);
        }
        finally
        {
            if (entered) calls.Leave();
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        bool entered = calls.Enter(context);
        try
        {
            await continuation(requestStream, new CallStream<TResponse>(responseStream, context.CancellationToken), context);
        }
        catch (IOException error) when (context.CancellationToken.IsCancellationRequested)
        {
            throw Explain(new OperationCanceledException(error.Message, error, context.CancellationToken), context);
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw Explain(error, context);
        }
        finally
        {
            if (entered) calls.Leave();
        }
    }

    private RpcException Explain(Exception error, ServerCallContext context)
    {
        if (context.CancellationToken.IsCancellationRequested && IsCancellation(error))
        {
            return Problem.Of(context.Deadline <= TimeProvider.System.GetUtcNow().UtcDateTime
                ? Reason.DeadlinePassed : Reason.CallCancelled);
        }
        if (error is JournalRolledBackException refused) return Problem.Of(refused.Reason);
        bool isUnreadable = StorageFault.IsUnreadable(error) || error is VaultException;
        // A grain that did not answer in time may still act. The caller finds out by a retry with the same request id.
        if (!isUnreadable && Outage.Is(error))
        {
            log.LogWarning(error, "{Method} can't be answered now.", context.Method);
            return Problem.Of(Reason.StoreUnavailable);
        }
        string incident = Activity.Current?.TraceId.ToString() ?? context.GetHttpContext().TraceIdentifier;
        log.LogError(error, "{Method} failed as incident {Incident}.", context.Method, incident);
        return Problem.Of(isUnreadable ? Reason.StateUnreadable : Reason.InternalError, ("incident", incident));
    }

    /// <summary>Looks at inner exceptions too, because a database driver may wrap the cancellation.</summary>
    private static bool IsCancellation(Exception? error) =>
        error is not null && (error is OperationCanceledException || IsCancellation(error.InnerException));

    /// <summary>
    /// A stream that reports a client's hang-up as a cancellation, not as a fault. gRPC's own stream throws an
    /// <see cref="InvalidOperationException"/> if the call ended before a write, and an <see cref="IOException"/> if the connection breaks
    /// during one.
    /// </summary>
    private sealed class CallStream<T>(IServerStreamWriter<T> stream, CancellationToken call) : IServerStreamWriter<T>
    {
        public WriteOptions? WriteOptions
        {
            get => stream.WriteOptions;
            set => stream.WriteOptions = value;
        }

        public Task WriteAsync(T message) => WriteAsync(message, call);

        public async Task WriteAsync(T message, CancellationToken cancellationToken)
        {
            try
            {
                await stream.WriteAsync(message, cancellationToken);
            }
            catch (Exception error) when (call.IsCancellationRequested && error is (InvalidOperationException or IOException))
            {
                throw new OperationCanceledException(call);
            }
        }
    }
}

/// <summary>Tells an outage, which a retry survives, from a bug.</summary>
internal static class Outage
{
    /// <summary>
    /// True if the database, or the server that runs a grain, could not be reached; the request may still have been carried out. A
    /// cancellation counts too when the caller cancelled nothing: then code inside the server gave up waiting.
    /// </summary>
    public static bool Is(Exception error) =>
        StorageFault.IsOutage(error)
        || error is TimeoutException or OperationCanceledException or OrleansMessageRejectionException
        // When other servers declare this one dead, Orleans throws a plain OrleansException. A plain one around another exception means the
        // same as the inner one.
        || (error.GetType() == typeof(OrleansException) && error.InnerException is null or TimeoutException or OperationCanceledException);
}

/// <summary>
/// Adds the contract's error details where gRPC's library refuses a message before it asks an interceptor: the message is over the limit,
/// or its frame or compression is broken. The library answers without a body, so the headers can still change. <c>appsettings.json</c>
/// turns off the library's own log of these, because callers without a token could fill it.
/// </summary>
public static class LibraryRefusals
{
    private const string StatusHeader = "grpc-status", MessageHeader = "grpc-message", DetailsHeader = "grpc-status-details-bin";

    private static readonly string TooLarge = $"{(int)StatusCode.ResourceExhausted}", Unknown = $"{(int)StatusCode.Unknown}";

    public static void UseTimeBankRefusals(this WebApplication app) => app.Use(async (context, next) =>
    {
        await next(context);
        IHeaderDictionary headers = context.Response.Headers;
        if (context.Response.HasStarted || headers.ContainsKey(DetailsHeader)) return;
        if (headers[StatusHeader] is not [var status] || (status != TooLarge && status != Unknown)) return;
        if (context.HasCaller())
        {
            // An admitted call was read, so its answer is what could not be written: the server's fault, not the caller's.
            string said = headers[MessageHeader].ToString();
            app.Logger.LogError("The answer of {Path} could not be written: status {Status}, {Said}", context.Request.Path, status, said);
            return;
        }
        RpcException problem = Problem.Of(status == TooLarge ? Reason.MessageTooLarge : Reason.MessageUnreadable);
        // Only an RPC of the contract has an endpoint: a path would be the caller's own word.
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is { } rpc) CallFigures.Refused(rpc.Method.FullName, problem);
        headers[StatusHeader] = $"{(int)problem.StatusCode}";
        headers[MessageHeader] = Uri.EscapeDataString(problem.Status.Detail);
        headers[DetailsHeader] = Convert.ToBase64String(problem.Trailers.GetValueBytes(DetailsHeader)!);
    });
}

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
