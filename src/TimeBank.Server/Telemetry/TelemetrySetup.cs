using System.Net;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Dashboard;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>The settings of what operators see (<c>TimeBank:Telemetry:…</c>).</summary>
public sealed class TelemetryOptions
{
    /// <summary>False: nothing is measured, and there is no <c>/metrics</c>.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary>
    /// An address and port of their own for <c>/metrics</c> and health, without a token and without TLS: private networks only. Empty:
    /// none.
    /// </summary>
    public string Address { get; set; } = "";

    /// <summary>
    /// The share of calls whose traces are recorded, where the standard variable OTEL_TRACES_SAMPLER names no other rule.
    /// </summary>
    public double TraceRatio { get; set; } = 0.01;

    /// <summary>True: each log line is a JSON object with the trace's id.</summary>
    public bool JsonLogs { get; set; }

    /// <summary>True: administrators read Orleans's dashboard.</summary>
    public bool Dashboard { get; set; }

    public IPEndPoint? EndPoint => Address.Length > 0 ? TimeBankOptions.EndPoint(Address, $"Telemetry:{nameof(Address)}") : null;

    /// <exception cref="InvalidOperationException">A setting is invalid; the message says how to mend it.</exception>
    public void Check(bool hasAuthority)
    {
        if (TraceRatio is not (>= 0 and <= 1)) throw new InvalidOperationException(
            $"TimeBank:Telemetry:TraceRatio must be from 0 to 1, such as 0.01 for one call in a hundred, and not {TraceRatio}.");
        if (EndPoint is { } own && !IPAddress.IsLoopback(own.Address) && !hasAuthority) throw new InvalidOperationException(
            "The local issuer runs only where the server listens on loopback, and TimeBank:Telemetry:Address is elsewhere: name an OIDC "
            + "issuer as TimeBank:Authority.");
    }
}

/// <summary>Sets up what operators see: metrics, traces, logs, Orleans's dashboard. Each folder's figures are in that folder.</summary>
public static class TelemetrySetup
{
    /// <summary>The path of Prometheus's scrapes.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>The path of Orleans's dashboard.</summary>
    public const string DashboardPath = "/dashboard";

    /// <summary>The standard variable that names the collector of traces and metrics.</summary>
    public const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string Sampler = "OTEL_TRACES_SAMPLER", OrleansMeter = "Microsoft.Orleans";

    /// <summary>The meters whose figures are exported.</summary>
    private static readonly string[] Meters =
    [
        CallFigures.Name, WriterFigures.Name, JournalFigures.Name, OutboxFigures.Name, WebhookFigures.Name,
        OrleansMeter, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime",
    ];

    // Orleans counts and times each message and each activation where it happens, which took a tenth of the rate of redemptions away. So of
    // its figures only these are kept, and those that are looked up when somebody asks.
    private static readonly string[] KeptOfOrleans = ["orleans-grains", "orleans-messaging-rejected"];

    // All that the dashboard shows but states of grains, reminders and the log, in which persons' ids stand. An address that a later
    // version adds is closed too.
    private static readonly string[] Shown =
    [
        "/", "/index.html", "/favicon.ico", "/index.min.js", "/index.css", "/fonts/{**path}", "/img/{**path}", "/version",
        "/DashboardCounters", "/ClusterStats", "/HistoricalStats/{*path}", "/SiloProperties/{*address}", "/SiloMetadata/{*address}",
        "/SiloStats/{*address}", "/SiloCounters/{*address}", "/GrainStats/{*grainName}", "/TopGrainMethods", "/GrainTypes",
        "/LifecycleStages",
    ];

    // As the pages', but its charts set styles and its letters come from this server.
    private const string DashboardSecurity = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        + "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    /// <exception cref="InvalidOperationException">The collector's address is none.</exception>
    public static void AddTimeBankTelemetry(this WebApplicationBuilder builder, TelemetryOptions options)
    {
        if (options.JsonLogs) builder.Logging.AddJsonConsole(json =>
            (json.IncludeScopes, json.UseUtcTimestamp, json.TimestampFormat) = (true, true, "O"));
        builder.Services.AddSingleton<CallFigures>();
        string collector = builder.Configuration[Collector] ?? "";
        bool isCollected = collector.Length > 0;
        if (isCollected && !(Uri.TryCreate(collector, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"))
        {
            throw new InvalidOperationException(
                $"{Collector} must be an http or https address, such as http://127.0.0.1:4317, and not '{collector}'.");
        }
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("timebank").AddEnvironmentVariableDetector());
        if (options.Metrics)
        {
            builder.Services.AddSingleton<JournalFigures>().AddHostedService(all => all.GetRequiredService<JournalFigures>());
            telemetry.WithMetrics(metrics => metrics.AddMeter(Meters)
                .AddView(instrument => instrument.Meter.Name == OrleansMeter && !instrument.IsObservable
                    && !KeptOfOrleans.Contains(instrument.Name) ? MetricStreamConfiguration.Drop : null)
                .AddPrometheusExporter());
        }
        // Without a collector a trace is not recorded, but its id joins the lines of a log.
        if (isCollected || options.JsonLogs)
        {
            telemetry.WithTracing(traces =>
            {
                traces.AddSource(CallFigures.Name, GrainTraces.Name, WriterFigures.Name);
                if (!isCollected) traces.SetSampler(new AlwaysOffSampler());
                else if (string.IsNullOrEmpty(builder.Configuration[Sampler])) traces.SetSampler(
                    new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TraceRatio)));
            });
        }
        if (isCollected) telemetry.UseOtlpExporter();
        builder.Host.UseOrleans(silo =>
        {
            if (options.Dashboard) silo.AddDashboard(dashboard => dashboard.HideTrace = true);
        });
    }

    /// <summary>Listens at <see cref="TelemetryOptions.Address"/>.</summary>
    public static void ListenForOperators(this KestrelServerOptions kestrel, TelemetryOptions options)
    {
        if (options.EndPoint is { } own) kestrel.Listen(own, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                connection.Features.Set(new OperatorsListener());
                return next(connection);
            });
        });
    }

    public static void MapTimeBankTelemetry(this WebApplication app, TelemetryOptions options)
    {
        if (options.Metrics) app.MapPrometheusScrapingEndpoint(MetricsPath).WithMetadata(ForOperators.Metrics);
        if (!options.Dashboard) return;
        RouteGroupBuilder dashboard = app.MapOrleansDashboard(DashboardPath);
        dashboard.WithMetadata(ForOperators.Dashboard).AddEndpointFilter(async (call, next) =>
        {
            call.HttpContext.Response.Headers.ContentSecurityPolicy = DashboardSecurity;
            try
            {
                return await next(call);
            }
            catch (Exception error) when (error is InvalidOperationException or FormatException or ArgumentException)
            {
                // No such silo.
                return Results.NotFound();
            }
        });
        ((IEndpointConventionBuilder)dashboard).Finally(endpoint =>
        {
            RoutePattern route = ((RouteEndpointBuilder)endpoint).RoutePattern;
            if (!Shown.Contains(route.RawText![DashboardPath.Length..])) endpoint.RequestDelegate = NotFound;
        });
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
