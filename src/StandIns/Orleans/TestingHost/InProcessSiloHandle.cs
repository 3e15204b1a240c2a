using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

public class InProcessSiloHandle : SiloHandle
{
    private bool active;

    public IHost SiloHost { get; init; } = null!;

    public IServiceProvider ServiceProvider => SiloHost.Services;

    public override bool IsActive => active;

    internal Silo Silo { get; private init; } = null!;

    public override async Task StopSiloAsync(bool stopGracefully)
    {
        using CancellationTokenSource atOnce = new();
        if (!stopGracefully) await atOnce.CancelAsync();
        await StopSiloAsync(atOnce.Token);
    }

    public override async Task StopSiloAsync(CancellationToken ct)
    {
        if (!active) return;
        active = false;
        await SiloHost.StopAsync(ct);
    }

    public override ValueTask DisposeAsync()
    {
        SiloHost.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) SiloHost.Dispose();
    }

    internal static async Task<InProcessSiloHandle> StartAsync(IHost host, string name)
    {
        await host.StartAsync();
        return new InProcessSiloHandle { Name = name, SiloHost = host, Silo = host.Services.GetRequiredService<Silo>(), active = true };
    }
}
