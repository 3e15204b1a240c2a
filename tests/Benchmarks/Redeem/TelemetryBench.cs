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
    private const int WarmingRounds = 6, Vouchers = 2_000;

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
        if (!options.Wants(name) || !options.Wants(Busy)) return;
        await using var off = new RedeemSubject(
            name, Vouchers, RedeemSubject.RedeemAsync, () => [.. settings(), "--TimeBank:Telemetry:Metrics=false"]);
        await using var on = new RedeemSubject(name, Vouchers, RedeemSubject.RedeemAsync, () => [.. settings(), .. how]);
        await off.OpenAsync();
        await on.OpenAsync();
        using var prometheus = new HttpClient();
        for (int round = 0; round < WarmingRounds; round++)
        {
            await off.RunAsync(Busy, options.Round);
            await on.RunAsync(Busy, options.Round);
        }
        var rounds = new List<TelemetryRound>();
        for (int round = 0; round < options.Rounds; round++)
        {
            (Round without, double cpuWithout) = await MeasureAsync(off, options);
            await prometheus.GetStringAsync($"{on.Address}/metrics");
            (Round with, double cpuWith) = await MeasureAsync(on, options);
            rounds.Add(new TelemetryRound(without.Rate, with.Rate, cpuWithout, cpuWith));
        }
        report.Add(new TelemetryFigures(name, Busy.Callers, rounds));
    }

    private static async Task<(Round Round, double Microseconds)> MeasureAsync(RedeemSubject subject, BenchOptions options)
    {
        TimeSpan before = CpuTime.OfFamily(subject.Server!.Value);
        Round round = await subject.RunAsync(Busy, options.Round);
        return (round, (CpuTime.OfFamily(subject.Server!.Value) - before).TotalMicroseconds / Math.Max(1, round.Operations));
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
