using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>The type of an interceptor, with the constructor arguments that the services of the application don't have.</summary>
public class InterceptorRegistration
{
    private readonly ObjectFactory _create;
    private readonly object[] _arguments;

    internal InterceptorRegistration(Type type, object[] arguments)
    {
        Type = type;
        _arguments = arguments;
        _create = ActivatorUtilities.CreateFactory(type, [.. arguments.Select(argument => argument.GetType())]);
    }

    public Type Type { get; }

    public IReadOnlyList<object> Arguments => _arguments;

    /// <summary>The interceptor as the application registered it, or a new one for this call.</summary>
    internal Interceptor For(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        object? registered = _arguments.Length == 0 ? http.RequestServices.GetService(Type) : null;
        return (Interceptor)(registered ?? Activation.Created(_create(http.RequestServices, _arguments), http));
    }
}
