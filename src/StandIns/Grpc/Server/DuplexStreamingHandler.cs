using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

internal sealed class DuplexStreamingHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> invoke, ServerOptions options, ILogger logger) : ServerHandler(options, logger)
    where TRequest : class where TResponse : class
{
    protected override Task AnswerAsync(ServerCall call) =>
        invoke(new ServerStreamReader<TRequest>(call, method.RequestMarshaller), new ServerStreamWriter<TResponse>(call, method.ResponseMarshaller), call);
}
