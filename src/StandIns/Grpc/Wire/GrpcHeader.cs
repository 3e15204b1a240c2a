namespace Grpc.Wire;

/// <summary>The names and values that the gRPC protocol gives a meaning.</summary>
internal static class GrpcHeader
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Identity = "identity";

    /// <summary>Never sent: a caller's wish to have its requests compressed.</summary>
    public const string RequestEncodingWish = "grpc-internal-encoding-request";

    /// <summary>"application/grpc", with or without "+format" or ";parameters"; not "application/grpc-web".</summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is ';' or '+');

    /// <summary>Whether a header belongs to the protocol, not to the caller's metadata.</summary>
    public static bool IsReserved(string name) => name.Length == 0 || name[0] is ':' || name.ToLowerInvariant() is
        Status or Message or Timeout or Encoding or AcceptEncoding or "content-type" or "content-encoding" or "content-length" or "te" or "host" or "date" or "server" or "accept-encoding";
}
