using Grpc.HealthCheck;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Tells those who watch what the application's periodic health checks found.</summary>
internal sealed class HealthChecksPublisher(HealthServiceImpl health, IOptions<GrpcHealthChecksOptions> options) : IHealthCheckPublisher
{
    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        foreach (ServiceMapping mapping in options.Value.Services)
        {
            health.SetStatus(mapping.Name, HealthChecksService.Of(report.Entries.Where(entry =>
                mapping.HealthCheckPredicate!(new HealthCheckMapContext(entry.Key, entry.Value.Tags)))));
        }
        return Task.CompletedTask;
    }
}
