using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Reflection;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the reflection services.</summary>
public static class GrpcReflectionServiceExtensions
{
    public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton(provider => new ReflectionServiceImpl(Mapped(provider)));
        services.AddSingleton(provider => new ReflectionV1ServiceImpl(Mapped(provider)));
        return services;
    }

    /// <summary>The services that the application maps. Asked for at the first call, when all are mapped.</summary>
    private static Google.Protobuf.Reflection.ServiceDescriptor[] Mapped(IServiceProvider provider) =>
    [
        .. provider.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType).OfType<Type>().Distinct()
            .Select(Describe).OfType<Google.Protobuf.Reflection.ServiceDescriptor>(),
    ];

    private static Google.Protobuf.Reflection.ServiceDescriptor? Describe(Type service) => service.GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)?.BindType
        .GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as Google.Protobuf.Reflection.ServiceDescriptor;
}
