using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TimeBank.Server;

/// <summary>Where the server listens: gRPC over HTTP/2, pages over HTTP/1.1; without TLS on loopback only.</summary>
public static class ListenerSetup
{
    public static void UseTimeBankListeners(this IWebHostBuilder host, TimeBankOptions options) => host.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Listen(options.GrpcEndPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (!options.OnLoopback) listen.UseHttps();
        });
        kestrel.Listen(options.HttpEndPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (!options.OnLoopback) listen.UseHttps();
        });
    });
}
