using Grpc.Core;

namespace TimeBank.Server;

/// <summary>
/// A client's stream whose first message was read already, because it says who asks for what. Readers get it again, then the rest.
/// </summary>
internal sealed class HeadedStream<T> : IAsyncStreamReader<T>
{
    private readonly IAsyncStreamReader<T> _stream;
    private bool _isAhead = true;

    private HeadedStream(IAsyncStreamReader<T> stream) => _stream = stream;

    public T Current => _stream.Current;

    /// <summary>Reads the first message, and gives it beside the stream that begins with it.</summary>
    /// <exception cref="RpcException">MESSAGE_UNREADABLE: the client sent none.</exception>
    public static async Task<(T First, IAsyncStreamReader<T> All)> ReadAsync(IAsyncStreamReader<T> stream, CancellationToken cancellation)
    {
        if (!await stream.MoveNext(cancellation)) throw Problem.Of(Ledger.Reason.MessageUnreadable);
        return (stream.Current, new HeadedStream<T>(stream));
    }

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (!_isAhead) return _stream.MoveNext(cancellationToken);
        _isAhead = false;
        return Task.FromResult(true);
    }
}
