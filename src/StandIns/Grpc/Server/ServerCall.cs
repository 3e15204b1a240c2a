using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Compression;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Grpc.AspNetCore.Server;

/// <summary>One call that is being answered: the HTTP request and response behind a <see cref="ServerCallContext"/>.</summary>
internal sealed class ServerCall(HttpContext http, ServerOptions options) : ServerCallContext, IDisposable
{
    private static readonly AuthContext s_unauthenticated = new(null, []);
    private static readonly StringValues s_ok = "0";

    private CancellationTokenSource? _cancellation;
    private DateTime _deadline = DateTime.MaxValue;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private MessageWriter? _writer;
    private ICompressionProvider? _responseCompression;

    public HttpContext Http { get; } = http;

    public MessageReader Reader { get; private set; } = null!;

    /// <summary>Set when the response is over: nothing more may be written.</summary>
    public bool IsEnded { get; private set; }

    protected override string MethodCore => Http.Request.Path.Value!;

    protected override string HostCore => Http.Request.Host.Value ?? "";

    protected override string PeerCore => Http.Connection.RemoteIpAddress switch
    {
        null => "unknown",
        { AddressFamily: AddressFamily.InterNetwork } address => $"ipv4:{address}:{Http.Connection.RemotePort}",
        IPAddress address => $"ipv6:[{address}]:{Http.Connection.RemotePort}",
    };

    protected override DateTime DeadlineCore => _deadline;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= ReadHeaders(Http.Request.Headers);

    protected override CancellationToken CancellationTokenCore => _cancellation?.Token ?? Http.RequestAborted;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; } = Status.DefaultSuccess;

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => s_unauthenticated;

    protected override IDictionary<object, object> UserStateCore => Http.Items!;

    private bool IsDeadlineExceeded => _cancellation is not null
        && (TimeProvider.System.GetUtcNow().UtcDateTime >= _deadline || _cancellation.IsCancellationRequested && !Http.RequestAborted.IsCancellationRequested);

    /// <summary>Reads what the request's headers say of the call. Throws the status to refuse it with.</summary>
    public void Start()
    {
        Http.Response.ContentType = GrpcHeader.ContentType;
        IHeaderDictionary headers = Http.Request.Headers;
        if (headers.TryGetValue(GrpcHeader.Timeout, out StringValues timeout)) StartDeadline(timeout);
        Reader = new MessageReader(Http.Request.BodyReader, options.MaxReceiveBytes, RequestCompression(headers.GrpcEncoding));
        if (options.ResponseCompression is null || !Accepts(headers.GrpcAcceptEncoding, options.ResponseCompression.EncodingName)) return;
        _responseCompression = options.ResponseCompression;
        Http.Response.Headers.GrpcEncoding = _responseCompression.EncodingName;
    }

    public async ValueTask<TRequest> ReadOnlyRequestAsync<TRequest>(Marshaller<TRequest> marshaller) where TRequest : class
    {
        TRequest request = await Reader.ReadAsync(marshaller, CancellationToken.None).ConfigureAwait(false)
            ?? throw new RpcException(new Status(StatusCode.Internal, "Incomplete message."));
        await Reader.ReadEndAsync(CancellationToken.None).ConfigureAwait(false);
        return request;
    }

    /// <summary>Puts a message into the response, without sending it yet: the end of the response, or a flush, does.</summary>
    public ValueTask WriteAsync<TResponse>(TResponse message, Marshaller<TResponse> marshaller)
    {
        if (message is null) throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
        if (Http.Response.HasStarted)
        {
            Write(message, marshaller);
            return default;
        }
        // The response must have started before its pipe is used; else the server keeps what is written in a buffer of its own.
        Task started = Http.Response.StartAsync();
        if (!started.IsCompletedSuccessfully) return WriteLaterAsync(started, message, marshaller);
        Write(message, marshaller);
        return default;
    }

    /// <summary>Ends the response with a status: in trailers, or in the headers where nothing else was sent.</summary>
    public void End(Status status, Metadata? moreTrailers)
    {
        IsEnded = true;
        if (IsDeadlineExceeded) status = new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded");
        IHeaderDictionary trailers = Http.Response.HasStarted ? Http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers : Http.Response.Headers;
        trailers[GrpcHeader.Status] = status.StatusCode is StatusCode.OK ? s_ok : ((int)status.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(status.Detail)) trailers[GrpcHeader.Message] = PercentEncoding.Encode(status.Detail);
        AddHeaders(trailers, _responseTrailers);
        AddHeaders(trailers, moreTrailers);
    }

    public void Dispose() => _cancellation?.Dispose();

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (Http.Response.HasStarted) throw new InvalidOperationException("Response headers can only be sent once per call.");
        AddHeaders(Http.Response.Headers, responseHeaders);
        await Http.Response.BodyWriter.FlushAsync().ConfigureAwait(false);
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotImplementedException("CreatePropagationToken will be implemented in a future version.");

    private void Write<TResponse>(TResponse message, Marshaller<TResponse> marshaller)
    {
        _writer ??= new MessageWriter(Http.Response.BodyWriter, options.MaxSendBytes, _responseCompression, options.ResponseLevel);
        _writer.Write(message, marshaller, compress: WriteOptionsCore?.Flags.HasFlag(WriteFlags.NoCompress) is not true);
    }

    private async ValueTask WriteLaterAsync<TResponse>(Task started, TResponse message, Marshaller<TResponse> marshaller)
    {
        await started.ConfigureAwait(false);
        Write(message, marshaller);
    }

    private void StartDeadline(string? header)
    {
        if (GrpcTimeout.Parse(header) is not TimeSpan timeout) return;
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        // A deadline beyond what a timer can hold (24 days) is kept, but nothing fires at it.
        _deadline = timeout < DateTime.MaxValue - now ? now + timeout : DateTime.MaxValue;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(Http.RequestAborted);
        if (timeout.TotalMilliseconds < int.MaxValue) _cancellation.CancelAfter(timeout);
    }

    private ICompressionProvider? RequestCompression(string? encoding)
    {
        if (encoding is null or GrpcHeader.Identity) return null;
        if (options.CompressionNamed(encoding) is ICompressionProvider known) return known;
        Http.Response.Headers.GrpcAcceptEncoding = options.AcceptEncoding;
        throw new RpcException(new Status(StatusCode.Unimplemented, $"Unsupported grpc-encoding value '{encoding}'. Supported encodings: {options.AcceptEncoding}"));
    }

    private static bool Accepts(string? header, string encoding) =>
        header is not null && header.Split(',', StringSplitOptions.TrimEntries).Contains(encoding, StringComparer.Ordinal);

    private static Metadata ReadHeaders(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach ((string name, StringValues values) in headers)
        {
            if (GrpcHeader.IsReserved(name)) continue;
            foreach (string? value in values)
            {
                if (MetadataKey.IsBinary(name)) metadata.Add(name, BinaryValue.Parse(value ?? ""));
                else metadata.Add(name, value ?? "");
            }
        }
        return metadata;
    }

    private static void AddHeaders(IHeaderDictionary headers, Metadata? metadata)
    {
        if (metadata is null) return;
        foreach (Metadata.Entry entry in metadata) headers.Append(entry.Key, entry.HeaderValue);
    }
}
