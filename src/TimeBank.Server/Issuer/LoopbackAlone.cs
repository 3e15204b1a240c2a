using System.Net;

namespace TimeBank.Server;

/// <summary>
/// Keeps a server with the local issuer on this machine: what comes in elsewhere than on loopback is refused, by whatever setting it came
/// in, and so is what asks for another name. A page of a stranger's site, whose name leads to 127.0.0.1, asks for that name.
/// </summary>
internal static class LoopbackAlone
{
    public static void UseLoopbackAlone(this WebApplication app) => app.Use((context, next) =>
    {
        if (IsHere(context.Connection.LocalIpAddress) && IsThisMachine(context.Request.Host)) return next(context);
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        const string said = "This server answers on its machine alone: ask for 127.0.0.1, [::1] or localhost.\n";
        return context.Response.WriteAsync(said, context.RequestAborted);
    });

    private static bool IsHere(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);

    private static bool IsThisMachine(HostString host) =>
        string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host, out IPAddress? address) && IPAddress.IsLoopback(address));
}
