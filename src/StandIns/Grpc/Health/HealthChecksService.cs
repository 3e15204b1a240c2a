using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The health service over the application's health checks: run at each Check and at the start of each Watch, which then hears what is published.</summary>
internal sealed class HealthChecksService(
    HealthServiceImpl published, HealthCheckService checks, IOptions<GrpcHealthChecksOptions> options, IHostApplicationLifetime lifetime) : Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        new() { Status = await RunAsync(request.Service, context.CancellationToken).ConfigureAwait(false) ?? throw new RpcException(new Status(StatusCode.NotFound, "")) };

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using HealthWatch watch = published.Subscribe(request.Service);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        ServingStatus now = await RunAsync(request.Service, context.CancellationToken).ConfigureAwait(false) ?? ServingStatus.ServiceUnknown;
        try
        {
            await watch.TellAsync(now, responseStream, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            // The server stops: a watcher that stayed would keep it from stopping.
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing }).ConfigureAwait(false);
        }
    }

    /// <summary>Null for a service without a mapping.</summary>
    private async Task<ServingStatus?> RunAsync(string service, CancellationToken cancellationToken)
    {
        if (options.Value.Services.Find(service)?.HealthCheckPredicate is not { } includes) return null;
        HealthReport report = await checks.CheckHealthAsync(check => includes(new HealthCheckMapContext(check.Name, check.Tags)), cancellationToken).ConfigureAwait(false);
        return Of(report.Entries);
    }

    /// <summary>Unknown where no health check speaks for the service.</summary>
    public static ServingStatus Of(IEnumerable<KeyValuePair<string, HealthReportEntry>> entries) => entries.Select(entry => entry.Value.Status).ToList() switch
    {
        [] => ServingStatus.Unknown,
        var all when all.Contains(HealthStatus.Unhealthy) => ServingStatus.NotServing,
        _ => ServingStatus.Serving,
    };
}
