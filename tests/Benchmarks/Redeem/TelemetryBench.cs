using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using TimeBank.Benchmarks.Core;
using TimeBank.Benchmarks.Measures;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>
/// What it costs that operators see anything: redemptions at a server that measures nothing, and at one that measures and is scraped each
/// round; then again with a collector, to which that one sends its figures and one trace in a hundred. Both take turns, so that both have
/// the same minutes of the machine.
/// </summary>
internal static class TelemetryBench
{
    private static readonly Scene Busy = new(64, Payees.TenHot);

    public static async Task RunAsync(BenchDatabase database, BenchOptions options, Report report)
    {
        await using WebApplication collector = await CollectorAsync();
        string[] sends = [$"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Urls.First()}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"];
        foreach ((string name, string[] how) in new[] { ("metrics", Array.Empty<string>()), ("telemetry", sends) })
        {
            await RunAsync($"{name} on PostgreSQL", () => RedeemBench.OnPostgreSql(database), how, options, report);
            await RunAsync($"{name} on SQLite", () => [], how, options, report);
        }
    }

    private static async Task RunAsync(string name, Func<string[]> settings, string[] how, BenchOptions options, Report report)
    {
        await using var off = new RedeemSubject(
            name, RedeemBench.Vouchers, RedeemSubject.RedeemAsync, () => [.. settings(), "--TimeBank:Telemetry:Metrics=false"]);
        await using var on = new RedeemSubject(name, RedeemBench.Vouchers, RedeemSubject.RedeemAsync, () => [.. settings(), .. how]);
        using var prometheus = new HttpClient();
        await PairBench.RunAsync(name, off, on, [Busy], options, report, () => prometheus.GetStringAsync($"{on.Address}/metrics"));
    }

    /// <summary>Takes traces and figures over HTTP, and forgets them.</summary>
    private static async Task<WebApplication> CollectorAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        WebApplication collector = builder.Build();
        collector.Run(async context => await context.Request.Body.CopyToAsync(Stream.Null));
        await collector.StartAsync();
        return collector;
    }
}
