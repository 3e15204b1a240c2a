namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Which health checks make up the health of a gRPC service.</summary>
public sealed class ServiceMapping(string name, Func<HealthCheckMapContext, bool> predicate)
{
    public string Name { get; } = name;

    public Func<HealthCheckMapContext, bool>? HealthCheckPredicate { get; } = predicate;
}
