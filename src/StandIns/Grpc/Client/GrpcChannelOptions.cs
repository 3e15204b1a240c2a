using Grpc.Core;
using Grpc.Net.Compression;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>How a channel connects and what its calls may carry.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Must fit the address: TLS credentials for https, <see cref="ChannelCredentials.Insecure"/> for http. Null takes what fits.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>In bytes; null means any size.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>In bytes; null means any size; 4 MB at first.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>More encodings than gzip.</summary>
    public IList<ICompressionProvider>? CompressionProviders { get; set; }

    /// <summary>Instead of <see cref="HttpHandler"/>.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>The transport: a test server's, or a socket handler of the caller's making. Null makes one.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether the channel disposes of the handler or client that it was given.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Whether a cancelled or late call throws <see cref="OperationCanceledException"/> and not <see cref="RpcException"/>.</summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }

    /// <summary>Whether call credentials may go over a connection without TLS. They are left out otherwise.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }
}
