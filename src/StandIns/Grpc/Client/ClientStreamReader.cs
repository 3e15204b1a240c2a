using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The responses of a streaming call.</summary>
internal sealed class ClientStreamReader<TRequest, TResponse>(ClientCall<TRequest, TResponse> call, Task started) : IAsyncStreamReader<TResponse>
    where TRequest : class where TResponse : class
{
    private TResponse? _current;
    private int _reading;

    public TResponse Current => _current ?? throw new InvalidOperationException("No current element is available.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) is not 0) throw new InvalidOperationException("Can't read the next message because the previous read is still in progress.");
        try
        {
            // A read that is given up gives the call up: the stream has no place to go on from.
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static call => ((CallState)call!).Cancel(), call);
            await started.ConfigureAwait(false);
            if (call.FinalStatus is { } ended) return ended.StatusCode is StatusCode.OK ? false : throw new RpcException(ended);
            _current = await call.ReadAsync().ConfigureAwait(false);
            return _current is not null;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }
}
