using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

internal sealed class ServerStreamingHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> invoke, ServerOptions options, ILogger logger) : ServerHandler(options, logger)
    where TRequest : class where TResponse : class
{
    protected override async Task AnswerAsync(ServerCall call)
    {
        TRequest request = await call.ReadOnlyRequestAsync(method.RequestMarshaller).ConfigureAwait(false);
        await invoke(request, new ServerStreamWriter<TResponse>(call, method.ResponseMarshaller), call).ConfigureAwait(false);
    }
}
