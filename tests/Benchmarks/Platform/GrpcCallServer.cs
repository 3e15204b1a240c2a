using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TimeBank.Benchmarks.Platform;

/// <summary>
/// The server's process: the no-op method, and a plain HTTP endpoint that returns its bytes. It ends when its standard input ends.
/// </summary>
public static class GrpcCallServer
{
    public const string Argument = "grpc-server";

    /// <summary>
    /// Starts this program a second time as the server, by <c>dotnet</c> or as an executable, as it was started itself. The first line of
    /// its output is its address.
    /// </summary>
    public static Process Start()
    {
        string[] arguments = Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet"
            ? [typeof(GrpcCallServer).Assembly.Location, Argument] : [Argument];
        return Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    public static async Task RunAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        await using WebApplication application = builder.Build();
        application.MapGrpcService<NoOpService>();
        application.MapPost("/raw", EchoAsync);
        await application.StartAsync();
        Console.WriteLine(application.Urls.First());
        await Console.In.ReadToEndAsync();
    }

    private static async Task EchoAsync(HttpContext http)
    {
        var body = new byte[64];
        int length = await http.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false);
        await http.Response.Body.WriteAsync(body.AsMemory(0, length));
    }
}
