using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Compression;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>
/// One call: an HTTP/2 request, the messages of its response, and how it ended. It ends once, by the first of: the server's status,
/// the caller's token, the deadline, the disposal of call or channel, a failure of the transport.
/// </summary>
internal sealed class ClientCall<TRequest, TResponse> : CallState where TRequest : class where TResponse : class
{
    private static readonly MediaTypeHeaderValue s_contentType = new(GrpcHeader.ContentType);

    private readonly GrpcChannel _channel;
    private readonly CancellationTokenSource _cancellation;
    private readonly Lock _lock = new();
    private HttpResponseMessage? _response;
    private MessageReader? _reader;
    private TaskCompletionSource<Metadata>? _headers;
    private bool _isGivenUp;
    private bool _isReleased;

    public ClientCall(GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options)
    {
        if (options.Deadline is { Kind: not DateTimeKind.Utc } deadline && deadline != DateTime.MaxValue && deadline != DateTime.MinValue)
            throw new InvalidOperationException("Deadline must have a kind DateTimeKind.Utc or be equal to DateTime.MaxValue or DateTime.MinValue.");
        ObjectDisposedException.ThrowIf(channel.Disposed.IsCancellationRequested, channel);
        _channel = channel;
        Method = method;
        Options = options;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, channel.Disposed);
        Cancelled = _cancellation.Token;
        Compression = options.Headers?.GetValue(GrpcHeader.RequestEncodingWish) is { } wish && wish != GrpcHeader.Identity
            ? channel.CompressionNamed(wish) ?? throw new InvalidOperationException($"Could not find compression provider for '{wish}'.")
            : null;
    }

    public Method<TRequest, TResponse> Method { get; }

    public CallOptions Options { get; }

    /// <summary>The encoding of the requests.</summary>
    public ICompressionProvider? Compression { get; }

    public CancellationToken Cancelled { get; }

    public MessageWriter WriterTo(System.Buffers.IBufferWriter<byte> target) => new(target, _channel.Options.MaxSendMessageSize, Compression);

    /// <summary>The request's body where it is one message. Of known length, which lets headers and body leave in one write.</summary>
    public HttpContent? Content(TRequest request)
    {
        try
        {
            var body = new System.Buffers.ArrayBufferWriter<byte>();
            WriterTo(body).Write(request, Method.RequestMarshaller, compress: Options.WriteOptions?.Flags.HasFlag(WriteFlags.NoCompress) is not true);
            return new ReadOnlyMemoryContent(body.WrittenMemory);
        }
        catch (RpcException tooLarge)
        {
            Fail(tooLarge);
            return null;
        }
    }

    public async Task<TResponse> GetOnlyResponseAsync(HttpContent? content)
    {
        try
        {
            await SendAsync(content).ConfigureAwait(false);
            TResponse? response = await _reader!.ReadAsync(Method.ResponseMarshaller, Cancelled).ConfigureAwait(false);
            if (response is not null) await _reader.ReadEndAsync(Cancelled).ConfigureAwait(false);
            EndWithTrailers();
            return response ?? throw new RpcException(new Status(StatusCode.Internal, "Failed to deserialize response message."));
        }
        catch (Exception error)
        {
            throw Fail(error);
        }
        finally
        {
            _reader?.Complete();
            Release();
        }
    }

    /// <summary>Completes when the responses can be read, by <see cref="ReadAsync"/>.</summary>
    public async Task GetResponsesAsync(HttpContent? content)
    {
        try
        {
            await SendAsync(content).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Exception failure = Fail(error);
            Release();
            throw failure;
        }
    }

    /// <summary>The next response; null after the last one of a call that ended with OK.</summary>
    public async Task<TResponse?> ReadAsync()
    {
        try
        {
            TResponse? response = await _reader!.ReadAsync(Method.ResponseMarshaller, Cancelled).ConfigureAwait(false);
            if (response is not null) return response;
            EndWithTrailers();
            _reader.Complete();
            Release();
            return null;
        }
        catch (Exception error)
        {
            Exception failure = Fail(error);
            _reader!.Complete();
            Release();
            throw failure;
        }
    }

    protected override Task<Metadata> ReadHeadersAsync()
    {
        lock (_lock)
        {
            if (_headers is not null) return _headers.Task;
            _headers = new TaskCompletionSource<Metadata>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_response is not null) _headers.SetResult(ResponseMetadata.Of(_response.Headers));
            else if (FinalStatus is { } status) _headers.SetException(new RpcException(status));
            return _headers.Task;
        }
    }

    /// <summary>Ends the call by the caller's will, unless it is over.</summary>
    public override void Cancel()
    {
        if (FinalStatus is not null) return;
        _isGivenUp = true;
        Fail(new OperationCanceledException());
        Release();
    }

    private async ValueTask SendAsync(HttpContent? content)
    {
        if (FinalStatus is { } failed) throw new RpcException(failed);
        Cancelled.ThrowIfCancellationRequested();
        var request = new HttpRequestMessage(HttpMethod.Post, _channel.PathOf(Method)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content };
        content!.Headers.ContentType = s_contentType;
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation(GrpcHeader.AcceptEncoding, _channel.AcceptEncoding);
        if (Compression is not null) request.Headers.TryAddWithoutValidation(GrpcHeader.Encoding, Compression.EncodingName);
        if (Options.Headers is { Count: > 0 } headers) Add(request, headers);
        if (_channel.SendsCredentials) await AddCredentialsAsync(request).ConfigureAwait(false);
        if (Options.Deadline is { } deadline && deadline != DateTime.MaxValue) StartDeadline(request, deadline);
        Accept(await _channel.SendAsync(request, Cancelled).ConfigureAwait(false));
    }

    private static void Add(HttpRequestMessage request, Metadata metadata)
    {
        foreach (Metadata.Entry entry in metadata)
        {
            if (entry.Key is not GrpcHeader.RequestEncodingWish) request.Headers.TryAddWithoutValidation(entry.Key, entry.HeaderValue);
        }
    }

    private async ValueTask AddCredentialsAsync(HttpRequestMessage request)
    {
        var context = new AuthInterceptorContext(new Uri(request.RequestUri!, "/" + Method.ServiceName).ToString(), Method.Name, Cancelled);
        foreach (CallCredentials? credentials in new[] { _channel.Options.Credentials?.Calls, Options.Credentials })
        {
            if (credentials is null) continue;
            var metadata = new Metadata();
            await credentials.AddToAsync(context, metadata).ConfigureAwait(false);
            Add(request, metadata);
        }
    }

    private void StartDeadline(HttpRequestMessage request, DateTime deadline)
    {
        TimeSpan left = deadline - TimeProvider.System.GetUtcNow().UtcDateTime;
        if (left <= TimeSpan.Zero) throw new RpcException(new Status(StatusCode.DeadlineExceeded, ""));
        request.Headers.TryAddWithoutValidation(GrpcHeader.Timeout, GrpcTimeout.Format(left));
        if (left.TotalMilliseconds < int.MaxValue) _cancellation.CancelAfter(left);
    }

    private void Accept(HttpResponseMessage response)
    {
        lock (_lock)
        {
            _response = response;
            _headers?.SetResult(ResponseMetadata.Of(response.Headers));
        }
        if (ResponseMetadata.StatusIn(response.Headers) is { StatusCode: not StatusCode.OK } refused)
            throw new RpcException(refused, ResponseMetadata.Of(response.Headers));
        if (ResponseMetadata.Defect(response) is { } defect) throw new RpcException(defect);
        ICompressionProvider? compression = ResponseMetadata.Value(response.Headers, GrpcHeader.Encoding) is { } encoding && encoding != GrpcHeader.Identity
            ? _channel.CompressionNamed(encoding) ?? throw new RpcException(new Status(StatusCode.Internal, $"Unsupported grpc-encoding value '{encoding}'. Supported encodings: {_channel.AcceptEncoding}"))
            : null;
        _reader = new MessageReader(PipeReader.Create(response.Content.ReadAsStream()), _channel.Options.MaxReceiveMessageSize, compression);
    }

    /// <summary>After the last message: the status that the server gave. Anything but OK is thrown.</summary>
    private void EndWithTrailers()
    {
        bool trailersOnly = ResponseMetadata.StatusIn(_response!.Headers) is not null;
        HttpHeaders source = trailersOnly ? _response.Headers : _response.TrailingHeaders;
        Status status = ResponseMetadata.StatusIn(source) ?? new Status(StatusCode.Cancelled, "No grpc-status found on response.");
        Metadata trailers = ResponseMetadata.Of(source);
        if (status.StatusCode is not StatusCode.OK) throw new RpcException(status, trailers);
        End(status, trailers);
    }

    private void End(Status status, Metadata? trailers)
    {
        lock (_lock)
        {
            if (FinalStatus is not null) return;
            SetEnding(status, trailers);
            if (_response is null) _headers?.TrySetException(new RpcException(status));
        }
    }

    /// <summary>Ends the call with the status that an exception means, and gives the exception that the caller sees.</summary>
    private Exception Fail(Exception error)
    {
        RpcException failure = error as RpcException ?? new RpcException(StatusOf(error));
        if (Options.Deadline <= TimeProvider.System.GetUtcNow().UtcDateTime && failure.StatusCode is StatusCode.Cancelled && !Options.CancellationToken.IsCancellationRequested && !_isGivenUp)
            failure = new RpcException(new Status(StatusCode.DeadlineExceeded, ""));
        End(failure.Status, failure.Trailers);
        if (failure.Status.StatusCode != FinalStatus!.Value.StatusCode) failure = new RpcException(FinalStatus.Value);
        return _channel.Options.ThrowOperationCanceledOnCancellation && failure.StatusCode is StatusCode.Cancelled or StatusCode.DeadlineExceeded
            ? new OperationCanceledException(failure.Status.Detail, failure, Options.CancellationToken)
            : failure;
    }

    private Status StatusOf(Exception error)
    {
        if (error is not OperationCanceledException && !_cancellation.IsCancellationRequested) return TransportStatus.Of(error);
        if (Options.CancellationToken.IsCancellationRequested) return new Status(StatusCode.Cancelled, "Call canceled by the client.", error);
        if (_isGivenUp || _channel.Disposed.IsCancellationRequested || Options.Deadline is null) return new Status(StatusCode.Cancelled, "gRPC call disposed.", error);
        return new Status(StatusCode.DeadlineExceeded, "", error);
    }

    /// <summary>Frees what the call holds; what still sends or receives for it stops.</summary>
    private void Release()
    {
        lock (_lock)
        {
            if (_isReleased) return;
            _isReleased = true;
        }
        if (_isGivenUp || Method.Type is MethodType.ClientStreaming or MethodType.DuplexStreaming) _cancellation.Cancel();
        _response?.Dispose();
        _cancellation.Dispose();
    }
}
