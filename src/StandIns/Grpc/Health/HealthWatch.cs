using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.HealthCheck;

/// <summary>One caller that watches one service. A slow caller misses statuses in between, never the last one.</summary>
internal sealed class HealthWatch(string service, Action<HealthWatch> unsubscribe) : IDisposable
{
    public string Service { get; } = service;

    public Channel<ServingStatus> Changes { get; } = Channel.CreateBounded<ServingStatus>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Tells the caller the status now, then each other one, until the token fires.</summary>
    public async Task TellAsync(ServingStatus now, IServerStreamWriter<HealthCheckResponse> caller, CancellationToken cancellationToken)
    {
        await caller.WriteAsync(new HealthCheckResponse { Status = now }).ConfigureAwait(false);
        await foreach (ServingStatus next in Changes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (next == now) continue;
            now = next;
            await caller.WriteAsync(new HealthCheckResponse { Status = now }).ConfigureAwait(false);
        }
    }

    public void Dispose() => unsubscribe(this);
}
