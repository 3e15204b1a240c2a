using Grpc.Reflection;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps both versions of the reflection service.</summary>
public static class GrpcReflectionEndpointRouteBuilderExtensions
{
    public static IEndpointConventionBuilder MapGrpcReflectionService(this IEndpointRouteBuilder builder) => new GrpcServiceEndpointConventionBuilder(
        [builder.MapGrpcService<ReflectionServiceImpl>(), builder.MapGrpcService<ReflectionV1ServiceImpl>()]);
}
