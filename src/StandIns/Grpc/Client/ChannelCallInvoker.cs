using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Starts the calls of a channel.</summary>
internal sealed class ChannelCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using AsyncUnaryCall<TResponse> call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options);
        Task<TResponse> response = call.GetOnlyResponseAsync(call.Content(request));
        return new AsyncUnaryCall<TResponse>(response, CallState.Headers, CallState.Status, CallState.Trailers, CallState.Dispose, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options);
        var responses = new ClientStreamReader<TRequest, TResponse>(call, call.GetResponsesAsync(call.Content(request)));
        return new AsyncServerStreamingCall<TResponse>(responses, CallState.Headers, CallState.Status, CallState.Trailers, CallState.Dispose, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options);
        var requests = new ClientStreamWriter<TRequest, TResponse>(call);
        Task<TResponse> response = call.GetOnlyResponseAsync(requests.Content);
        return new AsyncClientStreamingCall<TRequest, TResponse>(requests, response, CallState.Headers, CallState.Status, CallState.Trailers, CallState.Dispose, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options);
        var requests = new ClientStreamWriter<TRequest, TResponse>(call);
        var responses = new ClientStreamReader<TRequest, TResponse>(call, call.GetResponsesAsync(requests.Content));
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(requests, responses, CallState.Headers, CallState.Status, CallState.Trailers, CallState.Dispose, call);
    }
}
