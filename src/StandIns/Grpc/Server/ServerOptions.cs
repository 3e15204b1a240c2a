using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>How one service is served: its own options over those of all services.</summary>
internal sealed class ServerOptions
{
    public const int DefaultMaxReceiveBytes = 4 * 1024 * 1024;

    private readonly Dictionary<string, ICompressionProvider> _compressions = new(StringComparer.Ordinal);

    public ServerOptions(GrpcServiceOptions all, GrpcServiceOptions own)
    {
        MaxSendBytes = own.MaxSendMessageSizeSpecified ? own.MaxSendMessageSize : all.MaxSendMessageSize;
        MaxReceiveBytes = own.MaxReceiveMessageSizeSpecified ? own.MaxReceiveMessageSize
            : all.MaxReceiveMessageSizeSpecified ? all.MaxReceiveMessageSize
            : DefaultMaxReceiveBytes;
        DetailedErrors = own.EnableDetailedErrors ?? all.EnableDetailedErrors ?? false;
        IgnoreUnknown = own.IgnoreUnknownServices ?? all.IgnoreUnknownServices ?? false;
        ResponseLevel = own.ResponseCompressionLevel ?? all.ResponseCompressionLevel;
        Interceptors = [.. all.Interceptors, .. own.Interceptors];
        foreach (ICompressionProvider provider in new ICompressionProvider[] { new GzipCompressionProvider(CompressionLevel.Fastest) }.Concat(all.CompressionProviders).Concat(own.CompressionProviders))
            _compressions[provider.EncodingName] = provider;
        AcceptEncoding = string.Join(',', _compressions.Keys.Prepend(Wire.GrpcHeader.Identity));
        string? algorithm = own.ResponseCompressionAlgorithm ?? all.ResponseCompressionAlgorithm;
        ResponseCompression = algorithm is null or Wire.GrpcHeader.Identity ? null
            : CompressionNamed(algorithm) ?? throw new InvalidOperationException($"The configured response compression algorithm '{algorithm}' does not have a matching compression provider.");
    }

    public int? MaxSendBytes { get; }

    public int? MaxReceiveBytes { get; }

    public bool DetailedErrors { get; }

    public bool IgnoreUnknown { get; }

    public InterceptorRegistration[] Interceptors { get; }

    public ICompressionProvider? ResponseCompression { get; }

    public CompressionLevel? ResponseLevel { get; }

    /// <summary>The encodings that requests may have, as the header lists them.</summary>
    public string AcceptEncoding { get; }

    public ICompressionProvider? CompressionNamed(string encoding) => _compressions.GetValueOrDefault(encoding);
}
