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

    private RpcException Explain(Exception error, ServerCallContext context)
    {
        if (context.CancellationToken.IsCancellationRequested && IsCancellation(error))
        {
            return Problem.Of(context.Deadline <= TimeProvider.System.GetUtcNow().UtcDateTime
                ? Reason.DeadlinePassed : Reason.CallCancelled);
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

/// <summary>Tells what can't be reached now from what is wrong.</summary>
internal static class Outage
{
    /// <summary>
    /// Whether the database, or the server that runs a grain, wasn't reached. What was asked may have been done. That something was
    /// cancelled, where the caller
    /// cancelled nothing, says that whoever waited for it inside has given up.
    /// </summary>
    public static bool Is(Exception error) =>
        StorageFault.IsOutage(error)
        || error is TimeoutException or OperationCanceledException or OrleansMessageRejectionException
        // That the others have taken this server for dead is told by an exception without a type of its own; one around another says what
        // the other one says.
        || (error.GetType() == typeof(OrleansException) && error.InnerException is null or TimeoutException or OperationCanceledException);
}

/// <summary>
/// Gives the contract's details to what gRPC's library refuses by itself, before any interceptor is asked: a message past the limit, and
/// one whose frame or compression is broken. It answers
/// so without a body, so its headers can still be changed. Its own log of them is off in <c>appsettings.json</c>, or anybody could fill it
/// without a token.
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
            // It has been read and answered: then it is the answer that could not be written.
            string said = headers[MessageHeader].ToString();
            app.Logger.LogError("The answer of {Path} could not be written: status {Status}, {Said}", context.Request.Path, status, said);
            return;
        }
        RpcException problem = Problem.Of(status == TooLarge ? Reason.MessageTooLarge : Reason.MessageUnreadable);
        headers[StatusHeader] = $"{(int)problem.StatusCode}";
        headers[MessageHeader] = Uri.EscapeDataString(problem.Status.Detail);
        headers[DetailsHeader] = Convert.ToBase64String(problem.Trailers.GetValueBytes(DetailsHeader)!);
    });
}
