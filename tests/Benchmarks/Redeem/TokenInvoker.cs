using Grpc.Core;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>Adds a token to every call.</summary>
internal sealed class TokenInvoker(CallInvoker inner, string token) : CallInvoker
{
    private readonly Metadata _headers = new() { { "authorization", $"Bearer {token}" } };

    public override TResponse BlockingUnaryCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.BlockingUnaryCall(method, host, options.WithHeaders(_headers), request);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncUnaryCall(method, host, options.WithHeaders(_headers), request);

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncServerStreamingCall(method, host, options.WithHeaders(_headers), request);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncClientStreamingCall(method, host, options.WithHeaders(_headers));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest,
        TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncDuplexStreamingCall(method, host, options.WithHeaders(_headers));
}
