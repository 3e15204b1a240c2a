using System.Net;

namespace Orleans.Hosting;

public static class EndpointOptionsExtensions
{
    /// <summary>Opens no port: here there is nobody to listen to.</summary>
    public static ISiloBuilder ConfigureEndpoints(this ISiloBuilder builder, IPAddress advertisedIP, int siloPort, int gatewayPort, bool listenOnAnyHostAddress = false) => builder;
}
