using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>
/// Turns what went wrong inside into the error that a caller may see: a reason they can act on, and never a stack trace. The outermost
/// interceptor, so it counts the calls.
/// </summary>
public sealed class FaultInterceptor(CallsUnderWay calls, ILogger<FaultInterceptor> log) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
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
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
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

    private RpcException Explain(Exception error, ServerCallContext context)
    {
        if (context.CancellationToken.IsCancellationRequested && IsCancellation(error))
        {
            return Problem.Of(context.Deadline <= TimeProvider.System.GetUtcNow().UtcDateTime ? Reason.DeadlinePassed : Reason.CallCancelled);
        }
        if (error is JournalRolledBackException refused) return Problem.Of(refused.Reason);
        bool isUnreadable = StorageFault.IsUnreadable(error);
        // A grain that didn't answer in time may still act: the same request id finds out.
        if (!isUnreadable && Outage.Is(error))
        {
            log.LogWarning(error, "{Method} can't be answered now.", context.Method);
            return Problem.Of(Reason.StoreUnavailable);
        }
        string incident = Activity.Current?.TraceId.ToString() ?? context.GetHttpContext().TraceIdentifier;
        log.LogError(error, "{Method} failed as incident {Incident}.", context.Method, incident);
        return Problem.Of(isUnreadable ? Reason.StateUnreadable : Reason.InternalError, ("incident", incident));
    }

    /// <summary>A database's driver may wrap it.</summary>
    private static bool IsCancellation(Exception? error) =>
        error is not null && (error is OperationCanceledException || IsCancellation(error.InnerException));

    /// <summary>
    /// A stream to a client that may hang up, which is a cancelled call and no fault. gRPC's own stream says it by an
    /// <see cref="InvalidOperationException"/> where the call is over before a write, and a connection by an <see cref="IOException"/>
    /// where it breaks during one.
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
