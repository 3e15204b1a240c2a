using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

internal sealed class UnaryHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> invoke, ServerOptions options, ILogger logger) : ServerHandler(options, logger)
    where TRequest : class where TResponse : class
{
    protected override async Task AnswerAsync(ServerCall call)
    {
        TRequest request = await call.ReadOnlyRequestAsync(method.RequestMarshaller).ConfigureAwait(false);
        TResponse response = await invoke(request, call).ConfigureAwait(false);
        await call.WriteAsync(response, method.ResponseMarshaller).ConfigureAwait(false);
    }
}
