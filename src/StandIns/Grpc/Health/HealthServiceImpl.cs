using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.HealthCheck;

/// <summary>The health service over statuses that the application sets.</summary>
public class HealthServiceImpl : Health.V1.Health.HealthBase
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ServingStatus> _statuses = new(StringComparer.Ordinal);
    private readonly List<HealthWatch> _watches = [];

    public void SetStatus(string service, ServingStatus status)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (_lock)
        {
            if (_statuses.TryGetValue(service, out ServingStatus old) && old == status) return;
            _statuses[service] = status;
            Tell(service, status);
        }
    }

    public void ClearStatus(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (_lock)
        {
            if (_statuses.Remove(service)) Tell(service, ServingStatus.ServiceUnknown);
        }
    }

    public void ClearAll()
    {
        lock (_lock)
        {
            foreach (string service in _statuses.Keys) Tell(service, ServingStatus.ServiceUnknown);
            _statuses.Clear();
        }
    }

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        lock (_lock)
        {
            return _statuses.TryGetValue(request.Service, out ServingStatus status)
                ? Task.FromResult(new HealthCheckResponse { Status = status })
                : throw new RpcException(new Status(StatusCode.NotFound, ""));
        }
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using HealthWatch watch = Subscribe(request.Service);
        ServingStatus now;
        lock (_lock) now = _statuses.GetValueOrDefault(request.Service, ServingStatus.ServiceUnknown);
        await watch.TellAsync(now, responseStream, context.CancellationToken).ConfigureAwait(false);
    }

    internal HealthWatch Subscribe(string service)
    {
        var watch = new HealthWatch(service, Unsubscribe);
        lock (_lock) _watches.Add(watch);
        return watch;
    }

    private void Unsubscribe(HealthWatch watch)
    {
        lock (_lock) _watches.Remove(watch);
    }

    private void Tell(string service, ServingStatus status)
    {
        foreach (HealthWatch watch in _watches.Where(watch => watch.Service == service)) watch.Changes.Writer.TryWrite(status);
    }
}
