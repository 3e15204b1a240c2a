using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Grpc.AspNetCore.Server;

/// <summary>The requests of a streaming method. It may run for as long, and bring as much, as the caller likes: only single messages are bounded.</summary>
internal sealed class ServerStreamReader<TRequest> : IAsyncStreamReader<TRequest> where TRequest : class
{
    private readonly ServerCall _call;
    private readonly Marshaller<TRequest> _marshaller;
    private TRequest? _current;
    private bool _ended;

    public ServerStreamReader(ServerCall call, Marshaller<TRequest> marshaller)
    {
        _call = call;
        _marshaller = marshaller;
        if (call.Http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        if (call.Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
    }

    public TRequest Current => _current ?? throw new InvalidOperationException("No current element is available.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_ended) return false;
        if (_call.IsEnded) throw new InvalidOperationException("Can't read messages after the request is complete.");
        using var linked = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _call.CancellationToken) : null;
        _current = await _call.Reader.ReadAsync(_marshaller, linked?.Token ?? _call.CancellationToken).ConfigureAwait(false);
        _ended = _current is null;
        return !_ended;
    }
}
