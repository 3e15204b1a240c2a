using System.Collections.Concurrent;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>A way to one server over HTTP/2; expensive to make, meant to be shared, safe for use from any thread.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly Uri _address;
    private readonly HttpMessageInvoker _invoker;
    private readonly bool _ownsInvoker;
    private readonly ConcurrentDictionary<string, Uri> _paths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ICompressionProvider> _compressions = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _disposed = new();

    private GrpcChannel(Uri address, GrpcChannelOptions options) : base(address.Authority)
    {
        bool isSecure = address.Scheme == Uri.UriSchemeHttps;
        if (options.HttpClient is not null && options.HttpHandler is not null) throw new ArgumentException("HttpClient and HttpHandler have been configured. Only one HTTP caller can be specified.");
        if (!isSecure && address.Scheme != Uri.UriSchemeHttp) throw new ArgumentException($"Address '{address}' has an unknown scheme. Use http or https.");
        if (options.Credentials is { } credentials && credentials.IsSecure != isSecure)
            throw new InvalidOperationException($"Channel is configured with {(isSecure ? "insecure" : "secure")} channel credentials and can't use a HttpClient with a '{address.Scheme}' scheme.");
        _address = address;
        Options = options;
        SendsCredentials = isSecure || options.UnsafeUseInsecureChannelCallCredentials;
        _invoker = options.HttpClient ?? new HttpMessageInvoker(options.HttpHandler ?? new SocketsHttpHandler { EnableMultipleHttp2Connections = true }, disposeHandler: true);
        _ownsInvoker = options.DisposeHttpClient || (options.HttpClient is null && options.HttpHandler is null);
        foreach (ICompressionProvider provider in (options.CompressionProviders ?? []).Prepend(new GzipCompressionProvider(CompressionLevel.Fastest)))
            _compressions[provider.EncodingName] = provider;
        AcceptEncoding = string.Join(',', _compressions.Keys.Prepend(GrpcHeader.Identity));
    }

    internal GrpcChannelOptions Options { get; }

    internal bool SendsCredentials { get; }

    internal string AcceptEncoding { get; }

    internal CancellationToken Disposed => _disposed.Token;

    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return new GrpcChannel(address, channelOptions);
    }

    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        return new ChannelCallInvoker(this);
    }

    /// <summary>Cancels the calls that run, and closes the connections.</summary>
    public void Dispose()
    {
        if (_disposed.IsCancellationRequested) return;
        _disposed.Cancel();
        if (_ownsInvoker) _invoker.Dispose();
    }

    internal Uri PathOf(IMethod method) => _paths.GetOrAdd(method.FullName, static (path, address) => new Uri(address, path), _address);

    internal ICompressionProvider? CompressionNamed(string encoding) => _compressions.GetValueOrDefault(encoding);

    /// <summary>Answers with the headers; the body is read later, message by message. A plain client would read it whole.</summary>
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _invoker is HttpClient client
        ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
        : _invoker.SendAsync(request, cancellationToken);
}
