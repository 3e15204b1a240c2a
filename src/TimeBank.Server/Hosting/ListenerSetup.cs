using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TimeBank.Server;

/// <summary>Where the server listens: gRPC over HTTP/2, pages over HTTP/1.1; without TLS on loopback only.</summary>
public static class ListenerSetup
{
    /// <summary>Two addresses and no others: whatever else listened might be without TLS, or reached from other machines.</summary>
    /// <exception cref="InvalidOperationException">The settings name other listeners.</exception>
    public static void RefuseOthers(IConfiguration configuration)
    {
        string[] others = [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint.Path)];
        if (others.Length == 0) return;
        throw new InvalidOperationException(
            $"{string.Join(", ", others)}: the server listens where TimeBank:Grpc and TimeBank:Http say, and there alone; leave it out.");
    }

    // Addresses that the host would listen on by other settings, such as ASPNETCORE_URLS, are passed over.
    public static void UseTimeBankListeners(this IWebHostBuilder host, TimeBankOptions options) =>
        host.UseSetting(WebHostDefaults.PreferHostingUrlsKey, "false").ConfigureKestrel(kestrel => Listen(kestrel, options));

    private static void Listen(KestrelServerOptions kestrel, TimeBankOptions options)
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
    }
}
