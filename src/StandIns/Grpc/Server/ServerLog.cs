using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Method} ended with {Status}: {Detail}")]
    public static partial void Refused(ILogger logger, string method, StatusCode status, string detail);

    [LoggerMessage(2, LogLevel.Debug, "{Method} was cancelled.")]
    public static partial void Cancelled(ILogger logger, Exception error, string method);

    [LoggerMessage(3, LogLevel.Error, "{Method} threw an exception.")]
    public static partial void Failed(ILogger logger, Exception error, string method);
}
