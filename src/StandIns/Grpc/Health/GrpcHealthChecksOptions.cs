namespace Grpc.AspNetCore.HealthChecks;

/// <summary>How the application's health checks become the health of gRPC services.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>At first, all health checks under the empty name.</summary>
    public ServiceMappingCollection Services { get; } = [];
}
