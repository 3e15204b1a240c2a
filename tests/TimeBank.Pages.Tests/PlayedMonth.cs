using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Playwright;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>A server on which the demonstration's month was played up to a day, and Debian's Chromium. Its clock stays there.</summary>
public abstract class PlayedServer(string until) : IAsyncLifetime
{
    public const string Tianyuan = "430211", Lusong = "430203";

    private const string Chromium = "/usr/bin/chromium";

    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(2), PlaysWithin = TimeSpan.FromMinutes(6);

    // The last ones start no connection of the browser's own.
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--disable-default-apps", "--disable-domain-reliability",
    ];

    private readonly string _data = Directory.CreateTempSubdirectory("timebank-pages-").FullName;
    private Process? _cards, _server;
    private readonly Dictionary<string, (string Session, long At)> _sessions = [];
    private readonly Dictionary<string, string[]> _offered = [];
    private IPlaywright? _playwright;
    private GrpcChannel? _channel;

    public string Address { get; private set; } = "";

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Chromium)) throw new InvalidOperationException(
            "The tests of the pages need Debian's package chromium: ./timebank test installs it.");
        int http = Ports.Free(), grpc = Ports.Free();
        Address = $"http://127.0.0.1:{http}";
        Dictionary<string, string> variables = new()
        {
            ["TIMEBANK_SERVER"] = $"http://127.0.0.1:{grpc}", ["TIMEBANK_ISSUER"] = Address, ["TIMEBANK_DATA"] = _data, ["LC_ALL"] = "C",
        };
        string demo = Program("src/TimeBank.Demo", "timebank-demo.dll"), stripe = Path.Combine(_data, "stripe");
        _cards = Start([demo, "stripe"], variables);
        await UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(stripe, "address"))), _cards);
        _server = Start(
            [
                Program("src/TimeBank.Server", "TimeBank.Server.dll"), $"--TimeBank:Data={_data}",
                "--TimeBank:Scenario=2026-10-01T00:00:00+08:00", $"--TimeBank:Grpc=127.0.0.1:{grpc}", $"--TimeBank:Http=127.0.0.1:{http}",
                "--TimeBank:Stripe:Region=430211", $"--TimeBank:Stripe:ApiBase={File.ReadAllText(Path.Combine(stripe, "address")).Trim()}",
                $"--TimeBank:Stripe:SecretKeyFile={stripe}/key", $"--TimeBank:Stripe:WebhookSecretFile={stripe}/signing",
            ],
            variables);
        using var client = new HttpClient();
        await UntilAsync(async () => await IsHealthyAsync(client), _server);
        // A server that the load of other suites keeps from answering in time is played on, from where it stopped.
        const int unavailable = 3;
        int code = unavailable;
        for (int tries = 0; code == unavailable && tries < 3; tries++)
        {
            using Process play = Start([demo, "play", "--until", until, "--deadline", "300"], variables);
            await play.WaitForExitAsync().WaitAsync(PlaysWithin);
            code = play.ExitCode;
        }
        Assert.Equal(0, code);
        _channel = GrpcChannel.ForAddress(variables["TIMEBANK_SERVER"]);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = Flags });
    }

    /// <summary>A browser of its own, without a session.</summary>
    public async Task<IPage> VisitAsync(bool scripts = true, string locale = "zh-CN", int width = 1_000, bool large = false)
    {
        IBrowserContext context = await Browser.NewContextAsync(new()
        {
            BaseURL = Address, JavaScriptEnabled = scripts, Locale = locale, ViewportSize = new() { Width = width, Height = 900 },
        });
        context.SetDefaultTimeout(20_000);
        Assertions.SetDefaultExpectTimeout(20_000);
        if (large) await context.AddCookiesAsync([new() { Name = "large", Value = "1", Url = Address }]);
        return await context.NewPageAsync();
    }

    /// <summary>A browser in which somebody has signed in, by a click on a name.</summary>
    /// <param name="role">As a claim names it: provider_clerk.</param>
    /// <param name="party">The id of the person; null: the first of the role.</param>
    public async Task<IPage> SignInAsync(
        string role, string? party = null, string region = Tianyuan, bool scripts = true, string locale = "zh-CN", int width = 1_000,
        bool large = false)
    {
        string key = $"{role}|{region}|{party}";
        IPage page = await VisitAsync(scripts, locale, width, large);
        if (_sessions.TryGetValue(key, out (string Session, long At) kept) && Stopwatch.GetElapsedTime(kept.At) < Surfer.KeptFor)
        {
            await page.Context.AddCookiesAsync([new() { Name = "session", Value = kept.Session, Url = Address }]);
            return page;
        }
        await page.GotoAsync("/sign-in?back=/");
        await page.Locator($"button[value^='{key}']").First.ClickAsync();
        Assert.Equal("/", new Uri(page.Url).AbsolutePath);
        string session = (await page.Context.CookiesAsync()).Single(cookie => cookie.Name == "session").Value;
        _sessions[key] = (session, Stopwatch.GetTimestamp());
        return page;
    }

    /// <summary>Calls the server as a member of staff or a party, with a token of its issuer.</summary>
    public async Task<CallInvoker> CallerAsync(string role, string party = "", string region = Tianyuan)
    {
        using var client = new HttpClient();
        string secret = await File.ReadAllTextAsync(Path.Combine(_data, "local-issuer.secret"));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_secret"] = secret.Trim(), ["role"] = role, ["region"] = region,
            ["party"] = party,
        });
        using HttpResponseMessage answer = await client.PostAsync(new Uri($"{Address}/token"), form);
        using JsonDocument token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return new TokenInvoker(_channel!.CreateCallInvoker(), token.RootElement.GetProperty("access_token").GetString()!);
    }

    /// <summary>The resource names of the persons of a role that the sign-in offers.</summary>
    public async Task<string[]> OfferedAsync(string role)
    {
        if (_offered.TryGetValue(role, out string[]? known)) return known;
        IPage page = await VisitAsync();
        await page.GotoAsync("/sign-in?back=/");
        var keys = new List<string>();
        foreach (ILocator button in await page.Locator($"button[value^='{role}|{Tianyuan}|']").AllAsync())
        {
            keys.Add((await button.GetAttributeAsync("value"))!);
        }
        await page.Context.CloseAsync();
        return _offered[role] = [.. keys.Select(key => key.Split('|')[2])];
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        _playwright?.Dispose();
        _channel?.Dispose();
        foreach (Process? process in new[] { _server, _cards })
        {
            if (process is null || process.HasExited) continue;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(_data, recursive: true);
    }

    private async Task<bool> IsHealthyAsync(HttpClient client)
    {
        try
        {
            return (await client.GetAsync(new Uri($"{Address}/health"))).StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, Process process)
    {
        using var limit = new CancellationTokenSource(StartsWithin);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            if (process.HasExited) throw new InvalidOperationException($"{process.StartInfo.ArgumentList[0]} ended at once.");
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static Process Start(string[] words, Dictionary<string, string> variables)
    {
        // An input that this process holds: the payment service ends with it, however the tests end.
        var start = new ProcessStartInfo("dotnet", words)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>A program as it was built last.</summary>
    private static string Program(string project, string file) => new[] { "Debug", "Release" }
        .Select(kind => Path.Combine(Repository.Root, project, "bin", kind, "net10.0", file)).Where(File.Exists)
        .MaxBy(File.GetLastWriteTimeUtc) ?? throw new InvalidOperationException($"{project} was not built.");
}

/// <summary>The month up to its twentieth day: vouchers are good, services wait.</summary>
public sealed class HalfMonth() : PlayedServer("2026-10-20")
{
    public const string Name = "half the month";
}

/// <summary>The whole month with its settlement and its close.</summary>
public sealed class WholeMonth() : PlayedServer("2026-12-31")
{
    public const string Name = "the whole month";
}

/// <summary>The month's people on its first day. Its tests move the clock, each to a day of its own.</summary>
public class FirstDay() : PlayedServer("2026-10-01")
{
    public const string Name = "the first day";

    private static readonly TimeSpan China = TimeSpan.FromHours(8);

    /// <summary>Moves the clock to a time of the day after today, and gives it.</summary>
    public async Task<DateTimeOffset> NextDayAsync(int hour)
    {
        DateTimeOffset now = (await ClockAsync()).ToOffset(China);
        return await MoveAsync(new DateTimeOffset(now.Date, China).AddDays(1).AddHours(hour) - now);
    }

    public async Task<DateTimeOffset> MoveAsync(TimeSpan by)
    {
        DateTimeOffset to = await ClockAsync() + by;
        await (await ScenarioAsync()).AdvanceClockAsync(new AdvanceClockRequest
        {
            RequestId = Desk.Id(), To = Timestamp.FromDateTimeOffset(to),
        });
        return to.ToOffset(China);
    }

    public async Task<DateOnly> TodayAsync() => DateOnly.FromDateTime((await ClockAsync()).ToOffset(China).DateTime);

    private async Task<DateTimeOffset> ClockAsync() =>
        (await (await ScenarioAsync()).GetScenarioAsync(new GetScenarioRequest())).Now.ToDateTimeOffset();

    private async Task<ScenarioService.ScenarioServiceClient> ScenarioAsync() => new(await CallerAsync("administrator"));
}

/// <summary>The month's people on its first day, for roads of several months: it has a clock of its own.</summary>
public sealed class LaterMonths : FirstDay
{
    public new const string Name = "the months after";

    /// <summary>Moves the clock to the second day of the next month.</summary>
    public async Task NextMonthAsync()
    {
        DateOnly today = await TodayAsync(), second = new DateOnly(today.Year, today.Month, 1).AddMonths(1).AddDays(1);
        await MoveAsync(TimeSpan.FromDays(second.DayNumber - today.DayNumber));
    }
}

[CollectionDefinition(LaterMonths.Name)]
public sealed class LaterMonthsTests : ICollectionFixture<LaterMonths>;

[CollectionDefinition(FirstDay.Name)]
public sealed class FirstDayTests : ICollectionFixture<FirstDay>;

[CollectionDefinition(HalfMonth.Name)]
public sealed class HalfMonthTests : ICollectionFixture<HalfMonth>;

[CollectionDefinition(WholeMonth.Name)]
public sealed class WholeMonthTests : ICollectionFixture<WholeMonth>;
