using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>Makes what a call needs and the application did not register; it is disposed of after the response.</summary>
internal static class Activation
{
    public static object Created(object instance, HttpContext http)
    {
        if (instance is IAsyncDisposable later) http.Response.RegisterForDisposeAsync(later);
        else if (instance is IDisposable now) http.Response.RegisterForDispose(now);
        return instance;
    }

    /// <summary>One service instance per call, unless the application registered the service otherwise.</summary>
    public static class Of<TService> where TService : class
    {
        private static readonly ObjectFactory<TService> s_create = ActivatorUtilities.CreateFactory<TService>(Type.EmptyTypes);

        public static TService For(HttpContext http) =>
            http.RequestServices.GetService<TService>() ?? (TService)Created(s_create(http.RequestServices, null), http);
    }
}
