using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Who may read metrics, health and Orleans's dashboard, from where.</summary>
[Collection(WatchedCollection.Name)]
public sealed class OperatorGateTests(WatchedServer watched)
{
    private const string Metrics = TelemetrySetup.MetricsPath, Dashboard = TelemetrySetup.DashboardPath;

    private static readonly string[] Health = [HealthSetup.Path, HealthSetup.Ready, HealthSetup.Start, HealthSetup.Live];

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:5080", null, 0)]
    [InlineData("::1", "[::1]:5080", null, 0)]
    [InlineData("127.0.0.1", "localhost", null, 0)]
    // Another machine; a proxy on this one, which brings strangers; a name that a page has pointed here.
    [InlineData("192.0.2.7", "127.0.0.1:5080", null, 401)]
    [InlineData("127.0.0.1", "127.0.0.1:5080", "X-Forwarded-For", 401)]
    [InlineData("127.0.0.1", "127.0.0.1:5080", "Forwarded", 401)]
    [InlineData("127.0.0.1", "evil.example", null, 401)]
    [InlineData("127.0.0.1", "127.0.0.1.evil.example", null, 401)]
    [InlineData("127.0.0.1", "10.0.0.5:5080", null, 401)]
    [InlineData(null, "127.0.0.1:5080", null, 401)]
    public async Task Metrics_are_for_this_machine_and_nobody_else(string? from, string host, string? header, int refusal)
    {
        HttpContext request = Request(from, host);
        if (header is not null) request.Request.Headers[header] = "192.0.2.7";
        Assert.Equal(refusal, await JudgeAsync(request, ForOperators.Metrics));
    }

    [Theory]
    [InlineData(Role.Auditor, 0, 403)]
    [InlineData(Role.Administrator, 0, 0)]
    [InlineData(Role.FinanceChecker, 403, 403)]
    [InlineData(Role.Volunteer, 403, 403)]
    public async Task From_elsewhere_a_token_of_the_role_opens_them(Role role, int metrics, int dashboard)
    {
        HttpContext request = Request("192.0.2.7", "timebank.example");
        request.Request.Headers.Authorization = $"Bearer {watched.Server.Token(role)}";
        Assert.Equal(metrics, await JudgeAsync(request, ForOperators.Metrics));
        Assert.Equal(dashboard, await JudgeAsync(request, ForOperators.Dashboard));
        request.Request.Headers.Authorization = $"Bearer {watched.Server.Token(role)}x";
        Assert.Equal(401, await JudgeAsync(request, ForOperators.Metrics));
    }

    [Fact]
    public async Task The_dashboard_is_closed_without_a_token_also_to_this_machine()
    {
        Assert.Equal(401, await JudgeAsync(Request("127.0.0.1", "127.0.0.1:5080"), ForOperators.Dashboard));
        foreach (string path in (string[])[Dashboard, $"{Dashboard}/", $"{Dashboard}/DashboardCounters", $"{Dashboard}/GrainState"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(watched.Server.Http, path));
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(watched.Server.Http, path, watched.Server.Token(Role.Auditor)));
        }
    }

    [Fact]
    public async Task Administrators_read_it_without_what_names_a_person()
    {
        IReadOnlyList<string> ids = await watched.LiveAsync();
        using HttpClient administrator = new() { BaseAddress = watched.Server.Http };
        administrator.DefaultRequestHeaders.Authorization = new("Bearer", watched.Server.Token(Role.Administrator));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        string counters;
        JsonElement hosts;
        do
        {
            // The dashboard looks once a second.
            counters = await administrator.GetStringAsync($"{Dashboard}/DashboardCounters", patience.Token);
            hosts = JsonDocument.Parse(counters).RootElement.GetProperty("hosts");
        }
        while (hosts.GetArrayLength() == 0 || !counters.Contains("VoucherGrain", StringComparison.Ordinal));
        JsonElement host = hosts[0];
        string silo = host.GetProperty("siloAddress").GetString()!;
        string[] open =
        [
            "", "ClusterStats", "TopGrainMethods", "GrainTypes", "LifecycleStages", $"GrainStats/{typeof(VoucherGrain).FullName}",
            $"HistoricalStats/{silo}", $"SiloStats/{silo}", $"SiloCounters/{silo}", $"SiloProperties/{silo}",
        ];
        var shown = new List<string> { counters };
        foreach (string path in open) shown.Add(await administrator.GetStringAsync($"{Dashboard}/{path}"));

        Assert.Contains("VoucherGrain", counters, StringComparison.Ordinal);
        Assert.All(ids, id => Assert.DoesNotContain(shown, text => text.Contains(id, StringComparison.Ordinal)));
        string[] closed =
        [
            $"GrainState?grainId={ids[0]}&grainType={typeof(ElderGrain).FullName}", "Reminders", "Reminders/1", "Trace",
            "HistoricalStats/x", "NothingOfTheKind",
        ];
        foreach (string path in closed)
        {
            Assert.Equal((path, HttpStatusCode.NotFound), (path, (await administrator.GetAsync($"{Dashboard}/{path}")).StatusCode));
        }
    }

    [Fact]
    public async Task A_session_of_the_pages_opens_it_by_its_role()
    {
        // The sign-in offers the staff of regions that have a journal.
        await watched.LiveAsync();
        using Surfer administrator = new($"{watched.Server.Http}"), auditor = new($"{watched.Server.Http}");
        await administrator.SignInAsync("administrator", region: WatchedServer.Region);
        await auditor.SignInAsync("auditor", region: WatchedServer.Region);

        Assert.Contains("Orleans Dashboard", (await administrator.GetAsync($"{Dashboard}/")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.GetAsync($"{Dashboard}/")).Status);
    }

    [Fact]
    public async Task At_their_own_address_operators_find_metrics_and_health_and_nothing_else()
    {
        foreach (string path in (string[])[Metrics, .. Health]) Assert.Equal(HttpStatusCode.OK, await AskAsync(watched.Own, path));
        foreach (string path in (string[])["/", "/jwks", "/token", "/sign-in", Dashboard, $"{Dashboard}/DashboardCounters",
            $"/regions/{WatchedServer.Region}/checkpoint"])
        {
            Assert.Equal(HttpStatusCode.NotFound, await AskAsync(watched.Own, path, watched.Server.Token(Role.Administrator)));
        }
        HttpContext named = Request("192.0.2.7", "evil.example"), numbered = Request("192.0.2.7", "10.0.0.5:9464");
        Assert.Equal(421, await OperatorGate.JudgeAsync(named, ForOperators.Metrics, atOwnAddress: true, Tokens));
        Assert.Equal(0, await OperatorGate.JudgeAsync(numbered, ForOperators.Metrics, atOwnAddress: true, Tokens));
    }

    [Fact]
    public async Task Health_is_for_anybody() =>
        Assert.Equal(0, await JudgeAsync(Request("192.0.2.7", "timebank.example"), ForOperators.Health));

    private TokenVerifier Tokens => watched.Server.Services.GetRequiredService<TokenVerifier>();

    private Task<int> JudgeAsync(HttpContext request, ForOperators rule) =>
        OperatorGate.JudgeAsync(request, rule, atOwnAddress: false, Tokens);

    private DefaultHttpContext Request(string? from, string host)
    {
        var context = new DefaultHttpContext { RequestServices = watched.Server.Services.CreateScope().ServiceProvider };
        context.Connection.RemoteIpAddress = from is null ? null : IPAddress.Parse(from);
        context.Request.Host = new HostString(host);
        return context;
    }

    private static async Task<HttpStatusCode> AskAsync(Uri server, string path, string? token = null)
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, path));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}

/// <summary>What a server has that is told nothing about telemetry, and what it takes.</summary>
public sealed class TelemetrySettingTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("timebank-telemetry-tests-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task By_default_there_are_metrics_and_no_dashboard()
    {
        await using TestServer server = await TestServer.StartAsync(_data.FullName);
        using var http = new HttpClient { BaseAddress = server.Http };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token(Role.Administrator));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(TelemetrySetup.MetricsPath)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"{TelemetrySetup.DashboardPath}/")).StatusCode);
        Assert.Equal(2, server.Listeners);
    }

    [Fact]
    public async Task Metrics_can_be_turned_off()
    {
        await using TestServer server = await TestServer.StartAsync(_data.FullName, "--TimeBank:Telemetry:Metrics=false");
        using var http = new HttpClient { BaseAddress = server.Http };
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(TelemetrySetup.MetricsPath)).StatusCode);
        Assert.Null(server.Services.GetService<JournalFigures>());
    }

    /// <summary>A supervisor waits with its other probes until then, and for nothing that a new start would not mend.</summary>
    [Fact]
    public async Task Start_is_over_once_the_server_answers()
    {
        var lifetime = new Starting();
        var start = new StartHealth(lifetime);
        Assert.Equal(HealthStatus.Unhealthy, (await start.CheckHealthAsync(new HealthCheckContext())).Status);
        await lifetime.Started.CancelAsync();
        Assert.Equal(HealthStatus.Healthy, (await start.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [Theory]
    [InlineData("--TimeBank:Telemetry:TraceRatio=1.5", "TimeBank:Telemetry:TraceRatio")]
    [InlineData("--TimeBank:Telemetry:TraceRatio=NaN", "TimeBank:Telemetry:TraceRatio")]
    [InlineData("--TimeBank:Telemetry:Address=9464", "TimeBank:Telemetry:Address")]
    [InlineData("--TimeBank:Telemetry:Address=10.0.0.5:9464", "TimeBank:Telemetry:Address")]
    [InlineData("--OTEL_EXPORTER_OTLP_ENDPOINT=collector", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("--OTEL_EXPORTER_OTLP_ENDPOINT=ftp://collector", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    public void A_wrong_setting_is_named(string setting, string name)
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => TimeBankServer.Build([.. TestServer.Arguments(_data.FullName), setting]));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    private sealed class Starting : IHostApplicationLifetime
    {
        public CancellationTokenSource Started { get; } = new();

        public CancellationToken ApplicationStarted => Started.Token;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
