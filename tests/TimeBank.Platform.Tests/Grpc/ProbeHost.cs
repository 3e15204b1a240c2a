using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TimeBank.Platform.Tests.Grpc;

/// <summary>A server with the probe service on a free port of this machine, HTTP/2 without TLS, and a channel to it.</summary>
public sealed class ProbeHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ProbeHost(WebApplication application, ProbeLog log, GrpcChannelOptions channel)
    {
        _application = application;
        Address = application.Urls.First();
        Log = log;
        Channel = GrpcChannel.ForAddress(Address, channel);
        Client = new Probe.ProbeClient(Channel);
    }

    public string Address { get; }

    public ProbeLog Log { get; }

    public GrpcChannel Channel { get; }

    public Probe.ProbeClient Client { get; }

    public static async Task<ProbeHost> StartAsync(Action<GrpcServiceOptions>? options = null, GrpcChannelOptions? channel = null,
        Action<IServiceCollection>? services = null, Action<WebApplication>? map = null, Action<IEndpointConventionBuilder>? conventions = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var log = new ProbeLog();
        builder.Services.AddSingleton(log);
        builder.Services.AddGrpc(options ?? (_ => { }));
        services?.Invoke(builder.Services);
        WebApplication application = builder.Build();
        IEndpointConventionBuilder probe = application.MapGrpcService<ProbeService>();
        conventions?.Invoke(probe);
        map?.Invoke(application);
        await application.StartAsync();
        return new ProbeHost(application, log, channel ?? new GrpcChannelOptions());
    }

    /// <summary>Lets running calls end first.</summary>
    public Task StopServerAsync() => _application.StopAsync();

    /// <summary>Waits for nobody.</summary>
    public Task KillServerAsync() => _application.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _application.DisposeAsync();
    }
}
