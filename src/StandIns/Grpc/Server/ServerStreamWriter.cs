using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>The responses of a streaming method. Each write waits for the transport, so that a slow reader holds the method.</summary>
internal sealed class ServerStreamWriter<TResponse>(ServerCall call, Marshaller<TResponse> marshaller) : IServerStreamWriter<TResponse> where TResponse : class
{
    private int _writing;

    public WriteOptions? WriteOptions
    {
        get => call.WriteOptions;
        set => call.WriteOptions = value;
    }

    public Task WriteAsync(TResponse message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TResponse message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        if (call.IsEnded || call.Http.RequestAborted.IsCancellationRequested) throw new InvalidOperationException("Can't write the message because the request is complete.");
        if (Interlocked.Exchange(ref _writing, 1) is not 0) throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        try
        {
            await call.WriteAsync(message, marshaller).ConfigureAwait(false);
            if (call.WriteOptions?.Flags.HasFlag(WriteFlags.BufferHint) is true) return;
            using var linked = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.CancellationToken) : null;
            await call.Http.Response.BodyWriter.FlushAsync(linked?.Token ?? call.CancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }
}
