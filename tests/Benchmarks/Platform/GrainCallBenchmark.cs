using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TimeBank.Benchmarks.Platform;

/// <summary>No-op grain calls in one process: 64 callers call a grain each, then all call the same grain.</summary>
internal static class GrainCallBenchmark
{
    private const int Callers = 64;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(4);

    public static async Task RunAsync()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        using IHost host = builder.Build();
        await host.StartAsync();
        IGrainFactory grains = host.Services.GetRequiredService<IGrainFactory>();
        await MeasureAsync("a grain for each caller", caller => grains.GetGrain<INoOpGrain>($"grain-{caller}"));
        await MeasureAsync("one grain for all callers", _ => grains.GetGrain<INoOpGrain>("one"));
        await host.StopAsync();
    }

    private static async Task MeasureAsync(string title, Func<int, INoOpGrain> grainOf)
    {
        await CallForAsync(Warmup, grainOf);
        long started = Stopwatch.GetTimestamp();
        long calls = await CallForAsync(Measured, grainOf);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}, {Callers} callers: {calls / seconds:N0} calls/s"));
    }

    private static async Task<long> CallForAsync(TimeSpan time, Func<int, INoOpGrain> grainOf)
    {
        using CancellationTokenSource end = new(time);
        CancellationToken ended = end.Token;
        long[] calls = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            INoOpGrain grain = grainOf(caller);
            long made = 0;
            for (; !ended.IsCancellationRequested; made++) await grain.Nothing();
            return made;
        })));
        return calls.Sum();
    }
}
