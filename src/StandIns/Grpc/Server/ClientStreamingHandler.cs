using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

internal sealed class ClientStreamingHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> invoke, ServerOptions options, ILogger logger) : ServerHandler(options, logger)
    where TRequest : class where TResponse : class
{
    protected override async Task AnswerAsync(ServerCall call)
    {
        TResponse response = await invoke(new ServerStreamReader<TRequest>(call, method.RequestMarshaller), call).ConfigureAwait(false);
        await call.WriteAsync(response, method.ResponseMarshaller).ConfigureAwait(false);
    }
}
