namespace Grpc.AspNetCore.HealthChecks;

/// <summary>A registered health check, as a mapping looks at it.</summary>
public sealed class HealthCheckMapContext(string name, IEnumerable<string> tags)
{
    public string Name { get; } = name;

    public IEnumerable<string> Tags { get; } = tags;
}
