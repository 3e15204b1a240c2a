using System.Net.Sockets;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The status for a failure of the transport.</summary>
internal static class TransportStatus
{
    public static Status Of(Exception error) => new(CodeFor(error), $"Error starting gRPC call. {Describe(error)}", error);

    private static StatusCode CodeFor(Exception error)
    {
        bool lost = false;
        for (Exception? each = error; each is not null; each = each.InnerException)
        {
            if (each is HttpProtocolException protocol) return CodeFor(protocol.ErrorCode);
            lost |= each is SocketException or IOException || each is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
        }
        return lost ? StatusCode.Unavailable : StatusCode.Internal;
    }

    /// <summary>The error codes of HTTP/2's RST_STREAM and GOAWAY (RFC 9113, section 7), as the gRPC protocol maps them.</summary>
    private static StatusCode CodeFor(long http2Error) => http2Error switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };

    private static string Describe(Exception error)
    {
        string text = "";
        for (Exception? each = error; each is not null; each = each.InnerException) text += $"{each.GetType().Name}: {each.Message} ";
        return text.TrimEnd();
    }
}
