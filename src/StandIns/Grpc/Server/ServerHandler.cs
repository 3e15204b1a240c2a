using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>Answers the requests of one method's endpoint.</summary>
internal abstract class ServerHandler(ServerOptions options, ILogger logger)
{
    public Task HandleAsync(HttpContext http)
    {
        if (!HttpProtocol.IsHttp2(http.Request.Protocol) && !HttpProtocol.IsHttp3(http.Request.Protocol))
            return Refuse(http, StatusCodes.Status426UpgradeRequired, $"Request protocol '{http.Request.Protocol}' is not supported.");
        if (!GrpcHeader.IsGrpc(http.Request.ContentType))
            return Refuse(http, StatusCodes.Status415UnsupportedMediaType, http.Request.ContentType is { } type ? $"Content-Type '{type}' is not supported." : "Content-Type is missing from the request.");
        return ServeAsync(new ServerCall(http, options));
    }

    protected abstract Task AnswerAsync(ServerCall call);

    private async Task ServeAsync(ServerCall call)
    {
        try
        {
            call.Start();
            await AnswerAsync(call).ConfigureAwait(false);
            call.End(call.Status, null);
        }
        catch (RpcException refusal)
        {
            ServerLog.Refused(logger, call.Method, refusal.StatusCode, refusal.Status.Detail);
            call.End(refusal.Status, refusal.Trailers);
        }
        catch (Exception error)
        {
            if (call.CancellationToken.IsCancellationRequested) ServerLog.Cancelled(logger, error, call.Method);
            else ServerLog.Failed(logger, error, call.Method);
            call.End(new Status(StatusCode.Unknown, Describe(error)), null);
        }
        finally
        {
            call.Dispose();
        }
    }

    /// <summary>An exception's text may hold what callers must not see, so that they get it only where the options say so.</summary>
    private string Describe(Exception error)
    {
        string text = "Exception was thrown by handler.";
        if (!options.DetailedErrors) return text;
        for (Exception? each = error; each is not null; each = each.InnerException) text += $" {each.GetType().Name}: {each.Message}";
        return text;
    }

    private static Task Refuse(HttpContext http, int httpStatus, string detail)
    {
        http.Response.StatusCode = httpStatus;
        if (httpStatus is StatusCodes.Status426UpgradeRequired) http.Response.Headers.Upgrade = "HTTP/2";
        return EndAsync(http, new Status(StatusCode.Internal, detail));
    }

    /// <summary>Ends a response that has no message: its status stands in the headers.</summary>
    public static Task EndAsync(HttpContext http, Status status)
    {
        http.Response.Headers[GrpcHeader.Status] = ((int)status.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        http.Response.Headers[GrpcHeader.Message] = PercentEncoding.Encode(status.Detail);
        return Task.CompletedTask;
    }
}
