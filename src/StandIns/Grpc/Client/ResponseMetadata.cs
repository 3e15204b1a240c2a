using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>What the headers and trailers of an HTTP response say.</summary>
internal static class ResponseMetadata
{
    public static string? Value(HttpHeaders headers, string name) => headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;

    /// <summary>The status, or null where there is none.</summary>
    public static Status? StatusIn(HttpHeaders headers)
    {
        if (Value(headers, GrpcHeader.Status) is not { } text) return null;
        if (text == "0") return Status.DefaultSuccess;
        string detail = PercentEncoding.Decode(Value(headers, GrpcHeader.Message) ?? "");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int code)
            ? new Status(Enum.IsDefined((StatusCode)code) ? (StatusCode)code : StatusCode.Unknown, detail)
            : new Status(StatusCode.Unknown, "Unexpected grpc-status value: " + text);
    }

    public static Metadata Of(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach ((string name, HeaderStringValues values) in headers.NonValidated)
        {
            if (GrpcHeader.IsReserved(name)) continue;
            foreach (string value in values)
            {
                if (MetadataKey.IsBinary(name)) metadata.Add(name, BinaryValue.Parse(value));
                else metadata.Add(name, value);
            }
        }
        return metadata;
    }

    /// <summary>Why a response without a status is none of gRPC's, such as a proxy's error page.</summary>
    public static Status? Defect(HttpResponseMessage response)
    {
        if (response.StatusCode is not HttpStatusCode.OK)
            return new Status(CodeFor(response.StatusCode), $"Bad gRPC response. HTTP status code: {(int)response.StatusCode}");
        string? contentType = Value(response.Content.Headers, "content-type");
        return GrpcHeader.IsGrpc(contentType) ? null : new Status(StatusCode.Cancelled, "Bad gRPC response. Invalid content-type value: " + contentType);
    }

    private static StatusCode CodeFor(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
