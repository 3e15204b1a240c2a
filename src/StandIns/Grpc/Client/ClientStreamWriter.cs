using System.Buffers;
using System.Net;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>The requests of a streaming call: the transport asks for the body and gets it, message by message, until it is completed.</summary>
internal sealed class ClientStreamWriter<TRequest, TResponse> : IClientStreamWriter<TRequest> where TRequest : class where TResponse : class
{
    private readonly ClientCall<TRequest, TResponse> _call;
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly MessageWriter _writer;
    private readonly Body _body = new();
    private int _writing;

    public ClientStreamWriter(ClientCall<TRequest, TResponse> call)
    {
        _call = call;
        _writer = call.WriterTo(_buffer);
        WriteOptions = call.Options.WriteOptions;
        call.Cancelled.UnsafeRegister(static body => ((Body)body!).Abandon(), _body);
    }

    public HttpContent Content => _body;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_body.IsComplete) throw new InvalidOperationException("Request stream has already been completed.");
        if (Interlocked.Exchange(ref _writing, 1) is not 0) throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        try
        {
            ThrowIfEnded();
            _buffer.ResetWrittenCount();
            _writer.Write(message, _call.Method.RequestMarshaller, compress: WriteOptions?.Flags.HasFlag(WriteFlags.NoCompress) is not true);
            Stream stream = await _body.Stream.WaitAsync(cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync(_buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not (RpcException or InvalidOperationException) && !cancellationToken.IsCancellationRequested)
        {
            ThrowIfEnded();
            throw new RpcException(TransportStatus.Of(error));
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        _body.Complete();
        return Task.CompletedTask;
    }

    private void ThrowIfEnded()
    {
        if (_call.FinalStatus is not { } status) return;
        throw status.StatusCode is StatusCode.OK
            ? new InvalidOperationException("Can't write the message because the call is complete.")
            : new RpcException(status);
    }

    private sealed class Body : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Stream> Stream => _stream.Task;

        public bool IsComplete => _complete.Task.IsCompletedSuccessfully;

        public void Complete() => _complete.TrySetResult();

        /// <summary>The call was cancelled: nobody will take more of the body.</summary>
        public void Abandon()
        {
            _stream.TrySetCanceled();
            _complete.TrySetCanceled();
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _stream.TrySetResult(stream);
            return _complete.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
