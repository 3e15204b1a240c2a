using Grpc.Core;

namespace TimeBank.Cli;

/// <summary>Calls with a token and a deadline.</summary>
internal sealed class AuthorizedInvoker(CallInvoker inner, string token, TimeSpan deadline) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.BlockingUnaryCall(method, host, Authorized(options), request);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncUnaryCall(method, host, Authorized(options), request);

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncServerStreamingCall(method, host, Authorized(options), request);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncClientStreamingCall(method, host, Authorized(options));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncDuplexStreamingCall(method, host, Authorized(options));

    private CallOptions Authorized(CallOptions options)
    {
        Metadata headers = options.Headers ?? [];
        headers.Add("authorization", $"Bearer {token}");
        // Deadlines are the network's and run by the real clock.
        DateTime latest = TimeProvider.System.GetUtcNow().UtcDateTime + deadline;
        return options.WithHeaders(headers).WithDeadline(options.Deadline ?? latest);
    }
}
