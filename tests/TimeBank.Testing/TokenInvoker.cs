using Grpc.Core;

namespace TimeBank.Testing;

/// <summary>Adds a token to every call, and a deadline: a call that gets no answer fails its test, and does not hold up the run.</summary>
public sealed class TokenInvoker(CallInvoker inner, string token) : CallInvoker
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Metadata _token = new() { { "authorization", $"Bearer {token}" } };

    public override TResponse BlockingUnaryCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.BlockingUnaryCall(method, host, With(options), request);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncUnaryCall(method, host, With(options), request);

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncServerStreamingCall(method, host, With(options), request);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncClientStreamingCall(method, host, With(options));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncDuplexStreamingCall(method, host, With(options));

    private CallOptions With(CallOptions options)
    {
        if (options.Deadline is null) options = options.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime + Patience);
        if (options.Headers is null) return options.WithHeaders(_token);
        Metadata headers = [.. options.Headers, .. _token];
        return options.WithHeaders(headers);
    }
}
