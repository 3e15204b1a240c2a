using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using TimeBank.Testing;
using TimeBank.V1;
using TimeBank.Writer;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

/// <summary>
/// Test classes that share the watched server. They run alone: figures of ASP.NET and Orleans belong to a process, and where two servers of
/// one process end, the other's are gone too.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WatchedCollection : ICollectionFixture<WatchedServer>
{
    public const string Name = "watched";
}

/// <summary>
/// A server whose traces are all recorded and sent to a collector, with an address for operators, and with Orleans's dashboard.
/// </summary>
public sealed class WatchedServer : IAsyncLifetime
{
    public const string Region = "430225", Neighbour = "430281";

    private static readonly string[] Sources = [CallFigures.Name, GrainTraces.Name, WriterFigures.Name];

    private readonly Collector _collector = new();
    private readonly ActivityListener _listener;
    private readonly HttpClient _http = new();
    private List<string>? _ids;

    public WatchedServer()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => Sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public TestServer Server { get; private set; } = null!;

    /// <summary>The spans that have ended.</summary>
    public ConcurrentQueue<Activity> Spans { get; } = [];

    /// <summary>The address of the operators' listener.</summary>
    public Uri Own => Server.Addresses[2];

    public async ValueTask InitializeAsync()
    {
        string collector = await _collector.StartAsync();
        Server = new TestServer
        {
            Settings =
            [
                "--TimeBank:Telemetry:Address=127.0.0.1:0", "--TimeBank:Telemetry:Dashboard=true", "--TimeBank:Telemetry:TraceRatio=1",
                "--TimeBank:WebhooksToLoopback=true",
                $"--{TelemetrySetup.Collector}={collector}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            ],
        };
        await Server.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _collector.DisposeAsync();
        _listener.Dispose();
        _http.Dispose();
    }

    /// <summary>Lets people of two regions do a little of everything, once.</summary>
    /// <returns>Their ids, those of their vouchers and orders, and words that callers sent.</returns>
    public async Task<IReadOnlyList<string>> LiveAsync()
    {
        if (_ids is not null) return _ids;
        Desk desk = new(Server, Region), neighbour = new(Server, Neighbour);
        string fund = await desk.FundAsync("lottery", 1_000_000);
        string programme = await desk.FundedAsync(desk.Meals("meals"), (fund, 500_000));
        string elder = await desk.RegisterElderAsync(40), provider = await desk.ProviderAsync(ServiceType.Meal);
        await desk.IssueAsync(programme);
        Voucher voucher = await desk.VoucherOfAsync(elder, programme);
        RedeemVoucherRequest lunch = desk.Lunch(voucher.Name, provider);
        var stray = new Metadata
        {
            { "traceparent", $"00-{StrayTrace}-00f067aa0ba902b7-01" }, { "tracestate", $"person={Tail(elder)}" },
            { "baggage", $"elder={Tail(elder)}" },
        };
        // Nobody listens there.
        Webhook webhook = (await new WebhookService.WebhookServiceClient(Server.As(Role.Administrator, regions: Region)).CreateWebhookAsync(
            new CreateWebhookRequest
            {
                RequestId = Id(), Parent = $"regions/{Region}", Url = "http://127.0.0.1:9/", Events = { V1.WebhookEvent.VoucherRedeemed },
            })).Webhook;
        await desk.Clerk(provider).RedeemVoucherAsync(lunch, stray);
        await Server.Services.GetRequiredService<IGrainFactory>()
            .GetGrain<IWebhookDeliveryGrain>($"{Region}/{Tail(webhook.Name)}").DeliverAsync();
        lunch.Memo = "other";
        await RefusedAsync(desk.Clerk(provider).RedeemVoucherAsync(lunch, stray));
        await RefusedAsync(desk.Clerk("regions/430225/providers/000000000000").RedeemVoucherAsync(desk.Lunch(voucher.Name, provider)));
        await RefusedAsync(new VoucherService.VoucherServiceClient(Server.Anonymous()).GetVoucherAsync(
            new GetVoucherRequest { Name = voucher.Name }));

        string volunteer = await desk.EnrolWithHoursAsync(), away = await neighbour.EnrolWithHoursAsync(await neighbour.EnrolAsync(
            home: volunteer));
        ServiceOrder order = await desk.AcceptedAsync(await desk.RegisterWithHoursAsync(), volunteer);
        var books = new LedgerService.LedgerServiceClient(Server.As(Role.FinanceChecker, regions: Neighbour));
        string account = $"regions/{Neighbour}/accounts/person/{Tail(away)}/hours/earned";
        await books.FreezeAccountAsync(new FreezeAccountRequest { RequestId = Id(), Account = account, Memo = "x" });
        await new ClearingService.ClearingServiceClient(Server.As(Role.Volunteer, volunteer, regions: Region)).TransferHoursAsync(
            new TransferHoursRequest { RequestId = Id(), From = volunteer, To = away, Amount = Minutes(60) });
        await desk.AdvanceAsync(TimeSpan.FromHours(2));
        await Server.Services.GetRequiredService<DueRounds>().RoundAsync(full: true, default);
        await Server.SignedAsync(1, region: Region);
        return _ids =
        [
            .. new[] { elder, provider, voucher.Name, volunteer, away, order.Name, order.Recipient }.Select(Tail), lunch.RequestId,
            StrayTrace, "王芳", "李奶奶", "小票 8",
        ];

        static async Task RefusedAsync<T>(AsyncUnaryCall<T> call) => await Assert.ThrowsAsync<RpcException>(async () => await call);
    }

    /// <summary>A trace that a caller claims.</summary>
    public const string StrayTrace = "4bf92f3577b34da6a3ce929d0e0e4736";

    public static string Tail(string name) => name.Split('/')[^1];

    /// <summary>What Prometheus reads.</summary>
    public async Task<string> MetricsAsync()
    {
        await Server.Services.GetRequiredService<JournalFigures>().ReadAsync(default);
        return await _http.GetStringAsync(new Uri(Own, TelemetrySetup.MetricsPath));
    }

    /// <summary>A figure of this server's own regions.</summary>
    public static double Figure(string metrics, string name, string region)
    {
        string pattern = $"^{name}\\{{[^}}]*region=\"{region}\"[^}}]*\\}} (\\S+)";
        Match line = Regex.Match(metrics, pattern, RegexOptions.Multiline);
        Assert.True(line.Success, $"{name} of {region} is not in:\n{metrics}");
        return double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>All that has left for the collector, byte by byte as text.</summary>
    public string Collected()
    {
        Assert.True(Server.Services.GetRequiredService<TracerProvider>().ForceFlush(10_000));
        // It also asks the exporter to Prometheus, which says no: nobody scrapes just now.
        Server.Services.GetRequiredService<MeterProvider>().ForceFlush(10_000);
        return string.Concat(_collector.Bodies.Select(Encoding.UTF8.GetString));
    }

    /// <summary>Takes what OpenTelemetry sends over HTTP, and keeps it.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _app;

        public Collector()
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            _app = builder.Build();
            _app.Run(async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                Bodies.Enqueue(body.ToArray());
            });
        }

        public ConcurrentQueue<byte[]> Bodies { get; } = [];

        public async Task<string> StartAsync()
        {
            await _app.StartAsync();
            return _app.Urls.Single();
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
