using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps gRPC services to endpoints.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Maps each method of the service to an endpoint "/package.Service/Method", with the attributes of class and method as metadata.</summary>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder) where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceProvider services = builder.ServiceProvider;
        MappedServices mapped = services.GetService<MappedServices>()
            ?? throw new InvalidOperationException("Unable to find the required services. Please add all the required services by calling 'IServiceCollection.AddGrpc'.");
        GrpcServiceOptions all = services.GetRequiredService<IOptions<GrpcServiceOptions>>().Value;
        var options = new ServerOptions(all, services.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value);
        var binder = new ServiceBinder<TService>(options, services.GetRequiredService<ILogger<TService>>());
        Bind<TService>(binder);

        var endpoints = new List<IEndpointConventionBuilder>();
        foreach (BoundMethod method in binder.Methods) endpoints.Add(Map<TService>(builder, method));
        if (mapped.Names.Count is 0 && all.IgnoreUnknownServices is not true)
            endpoints.Add(MapUnknown(builder, "{service}/{method}", "Service is unimplemented."));
        foreach (string name in binder.Methods.Select(method => method.Method.ServiceName).Distinct())
        {
            if (mapped.Names.Add(name) && !options.IgnoreUnknown) endpoints.Add(MapUnknown(builder, name + "/{method}", "Method is unimplemented."));
        }
        return new GrpcServiceEndpointConventionBuilder(endpoints);
    }

    private static void Bind<TService>(ServiceBinderBase binder)
    {
        var attribute = typeof(TService).GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)
            ?? throw new InvalidOperationException($"{typeof(TService)} does not derive from a generated service base class.");
        // Of the two generated overloads, the one that takes no instance: instances are made call by call.
        MethodInfo bind = attribute.BindType.GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Single(method => method.Name == attribute.BindMethodName && method.GetParameters() is [{ } first, _] && first.ParameterType == typeof(ServiceBinderBase));
        bind.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [binder, null], null);
    }

    private static IEndpointConventionBuilder Map<TService>(IEndpointRouteBuilder builder, BoundMethod method)
    {
        IEndpointConventionBuilder endpoint = builder.Map(RoutePatternFactory.Parse(method.Method.FullName), method.Handler.HandleAsync);
        endpoint.Add(built =>
        {
            built.DisplayName = "gRPC - " + method.Method.FullName;
            built.Metadata.Add(new GrpcMethodMetadata(typeof(TService), method.Method));
            foreach (object attribute in typeof(TService).GetCustomAttributes(inherit: true)) built.Metadata.Add(attribute);
            foreach (object attribute in method.Implementation.GetCustomAttributes(inherit: true)) built.Metadata.Add(attribute);
            built.Metadata.Add(new HttpMethodMetadata([HttpMethods.Post], acceptCorsPreflight: true));
        });
        return endpoint;
    }

    private static IEndpointConventionBuilder MapUnknown(IEndpointRouteBuilder builder, string pattern, string detail)
    {
        RoutePattern route = RoutePatternFactory.Parse(pattern, null, new { method = new GrpcRequestConstraint() });
        return builder.Map(route, http =>
        {
            http.Response.ContentType = GrpcHeader.ContentType;
            return ServerHandler.EndAsync(http, new Status(StatusCode.Unimplemented, detail));
        }).WithDisplayName("gRPC - " + detail);
    }
}
