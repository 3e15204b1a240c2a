using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>From a gRPC call to the HTTP request that carries it.</summary>
public static class ServerCallContextExtensions
{
    /// <summary>For contexts that tests make: where their user state has the HTTP context.</summary>
    private const string UserStateKey = "__HttpContext";

    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext)
    {
        ArgumentNullException.ThrowIfNull(serverCallContext);
        if (serverCallContext is ServerCall call) return call.Http;
        return serverCallContext.UserState.TryGetValue(UserStateKey, out object? state) && state is HttpContext http
            ? http
            : throw new InvalidOperationException("Could not get HttpContext from ServerCallContext. HttpContext can only be accessed when gRPC services are hosted by ASP.NET Core.");
    }
}
