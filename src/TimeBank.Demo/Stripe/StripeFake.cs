using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TimeBank.Demo;

/// <summary>
/// Stripe, as strict as the real one and stricter: it refuses parameters that it doesn't know, another API release, a wrong key, a post
/// without an idempotency key and one key for two requests. It listens on loopback; its money is <see cref="StripeWorld"/>'s. The tests and
/// the demonstration use it.
/// </summary>
internal sealed partial class StripeFake : IAsyncDisposable
{
    public const string Release = "2026-10-28.endive", Key = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

    private const int KeysAreKeptHours = 24, MostOnAPage = 100;

    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly string _key;
    private readonly ConcurrentDictionary<string, Kept> _kept = [];
    private readonly ConcurrentQueue<Fault> _faults = [];
    private readonly SemaphoreSlim _turn = new(1);

    private StripeFake(WebApplication app, TimeProvider time, string key)
    {
        _app = app;
        _time = time;
        _key = key;
        World = new StripeWorld(time);
    }

    public StripeWorld World { get; }

    /// <summary>What was asked: method, path and query, and a post's form.</summary>
    public ConcurrentQueue<(string Line, IReadOnlyDictionary<string, string> Form)> Asked { get; } = [];

    /// <summary>The amount of items on a page, below what is asked for.</summary>
    public int PageSize { get; set; } = MostOnAPage;

    /// <summary>The connected account that every request must name; empty: none.</summary>
    public string Account { get; set; } = "";

    /// <summary>Stores what has changed, before it is answered.</summary>
    public Action? Changed { get; set; }

    /// <summary>Changes an answer's object before it is sent; null leaves it.</summary>
    public Func<string, JsonNode, JsonNode?>? Spoil { get; set; }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <param name="key">The secret key that every request must show.</param>
    /// <param name="more">Maps further paths, before anybody can ask.</param>
    public static async Task<StripeFake> StartAsync(TimeProvider time, string key = Key, Action<StripeFake, WebApplication>? more = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        var fake = new StripeFake(app, time, key);
        more?.Invoke(fake, app);
        app.MapFallback("{**path}", fake.AnswerAsync);
        await app.StartAsync();
        return fake;
    }

    /// <summary>The next so many requests whose path begins so go wrong; the first matching fault is taken.</summary>
    public void Fail(string path, StripeFault how, int times = 1)
    {
        for (int at = 0; at < times; at++) _faults.Enqueue(new Fault(path, how));
    }

    /// <summary>Nothing goes wrong any more.</summary>
    public void Mend()
    {
        _faults.Clear();
        Spoil = null;
        PageSize = MostOnAPage;
    }

    public int Count(string line) => Asked.Count(one => one.Line.StartsWith(line, StringComparison.Ordinal));

    /// <summary>One at a time: two posts of one key are never carried out beside each other.</summary>
    public async Task<T> InTurnAsync<T>(Func<T> what)
    {
        await _turn.WaitAsync();
        try
        {
            return what();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _turn.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        Dictionary<string, string> form = request.HasFormContentType
            ? (await request.ReadFormAsync()).ToDictionary(pair => pair.Key, pair => pair.Value.Single()!) : [];
        string path = request.Path.Value!;
        Asked.Enqueue(($"{request.Method} {path}{Uri.UnescapeDataString(request.QueryString.Value!)}", form));
        Fault? fault = Take(path);
        switch (fault?.How)
        {
            case StripeFault.TooMany:
                await SayAsync(context, Error(429, "invalid_request_error", "rate_limit"));
                return;
            case StripeFault.ServerError:
                await SayAsync(context, Error(500, "api_error", null));
                return;
            case StripeFault.Conflict:
                await SayAsync(context, Error(409, "idempotency_error", "idempotency_key_in_use"));
                return;
            case StripeFault.NoJson:
                await SayAsync(context, (200, JsonValue.Create("<html>")));
                return;
            default:
                break;
        }
        (int Status, JsonNode Body) answer = await InTurnAsync(() => Carry(request, path, form));
        if (fault?.How == StripeFault.DropAfterwards)
        {
            context.Abort();
            return;
        }
        if (answer.Status == 200 && Spoil?.Invoke(path, answer.Body.DeepClone()) is { } spoilt) answer.Body = spoilt;
        await SayAsync(context, answer);
    }

    private Fault? Take(string path)
    {
        if (!_faults.TryPeek(out Fault? next) || !path.StartsWith(next.Path, StringComparison.Ordinal)) return null;
        return _faults.TryDequeue(out Fault? taken) ? taken : null;
    }

    private (int, JsonNode) Carry(HttpRequest request, string path, Dictionary<string, string> form)
    {
        if (request.Headers.Authorization.ToString() != $"Bearer {_key}")
        {
            return Error(401, "invalid_request_error", null, $"Invalid API Key provided: {request.Headers.Authorization}");
        }
        if (request.Headers["Stripe-Account"].ToString() != Account) return Error(403, "invalid_request_error", "account_invalid");
        if (request.Headers["Stripe-Version"].ToString() != Release) return Error(400, "invalid_request_error", "api_version");
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["v1", ..]) return Error(404, "invalid_request_error", "url_invalid");
        if (request.Method == HttpMethods.Post) return Post(request, path, form);
        var query = request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.Single()!);
        return parts switch
        {
            ["v1", "balance"] => query.Count == 0 ? (200, World.Balance()) : Unknown(query.Keys.First()),
            ["v1", "checkout", "sessions"] => List(query, World.Sessions, ["created[gte]", "created[lt]", "limit", "starting_after"]),
            ["v1", "balance_transactions"] => List(
                query, World.Transactions, ["created[gte]", "created[lt]", "limit", "starting_after", "payout", "expand[0]"]),
            ["v1", "checkout", "sessions", var id] => Get(query, World.Sessions, id, "payment_intent.latest_charge"),
            ["v1", "balance_transactions", var id] => Get(query, World.Transactions, id, "source"),
            ["v1", "charges", var id] => Get(query, World.Charges, id),
            ["v1", "payment_intents", var id] => Get(query, World.Intents, id),
            ["v1", "refunds", var id] => Get(query, World.Refunds, id),
            ["v1", "disputes", var id] => Get(query, World.Disputes, id),
            ["v1", "payouts", var id] => Get(query, World.Payouts, id),
            _ => Error(404, "invalid_request_error", "url_invalid"),
        };
    }

    private (int, JsonNode) Post(HttpRequest request, string path, Dictionary<string, string> form)
    {
        string key = request.Headers["Idempotency-Key"].ToString();
        if (key.Length is 0 or > 255) return Error(400, "invalid_request_error", "idempotency_key_missing");
        string content = path + string.Join('&', form.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
        DateTimeOffset now = _time.GetUtcNow();
        if (_kept.TryGetValue(key, out Kept? kept) && now - kept.At < TimeSpan.FromHours(KeysAreKeptHours))
        {
            return kept.Content == content ? kept.Answer : Error(400, "idempotency_error", null);
        }
        (int, JsonNode) answer = path == "/v1/checkout/sessions" ? Open(form) : Error(404, "invalid_request_error", "url_invalid");
        _kept[key] = new Kept(content, answer, now);
        Changed?.Invoke();
        return answer;
    }

    private (int, JsonNode) Open(Dictionary<string, string> form)
    {
        string[] known =
        [
            "mode", "submit_type", "client_reference_id", "success_url", "cancel_url", "metadata[region]", "metadata[fund]",
            "metadata[operation]", "payment_intent_data[metadata][region]", "payment_intent_data[metadata][fund]",
            "payment_intent_data[metadata][operation]", "line_items[0][quantity]", "line_items[0][price_data][currency]",
            "line_items[0][price_data][unit_amount]", "line_items[0][price_data][product_data][name]",
        ];
        if (form.Keys.Except(known).FirstOrDefault() is { } unknown) return Unknown(unknown);
        if (known.Except(form.Keys).FirstOrDefault() is { } missing)
        {
            return Error(400, "invalid_request_error", "parameter_missing", missing);
        }
        bool isWhole = long.TryParse(form["line_items[0][price_data][unit_amount]"], CultureInfo.InvariantCulture, out long amount);
        if (!isWhole || amount > 99_999_999) return Error(400, "invalid_request_error", "amount_too_large");
        if (amount < 400) return Error(400, "invalid_request_error", "amount_too_small");
        if (form["mode"] != "payment" || form["line_items[0][quantity]"] != "1")
        {
            return Error(400, "invalid_request_error", "parameter_invalid");
        }
        var metadata = new JsonObject
        {
            ["region"] = form["metadata[region]"], ["fund"] = form["metadata[fund]"], ["operation"] = form["metadata[operation]"],
        };
        JsonObject page = World.Open(amount, form["line_items[0][price_data][currency]"], form["client_reference_id"], metadata);
        // The answer under a key stays as it was, whatever becomes of the page.
        return (200, World.Shown(page, ""));
    }

    private (int, JsonNode) List(Dictionary<string, string> query, IReadOnlyList<JsonObject> all, string[] known)
    {
        if (query.Keys.Except(known).FirstOrDefault() is { } unknown) return Unknown(unknown);
        bool expands = query.TryGetValue("expand[0]", out string? expand);
        if (expands && expand != "data.source") return Unknown("expand");
        IEnumerable<JsonObject> found = all.Reverse().OrderByDescending(one => (long)one["created"]!);
        if (query.TryGetValue("created[gte]", out string? from))
        {
            if (!long.TryParse(from, CultureInfo.InvariantCulture, out long first)) return Unknown("created[gte]");
            found = found.Where(one => (long)one["created"]! >= first);
        }
        if (query.TryGetValue("payout", out string? payout))
        {
            // Only automatic payouts keep the link.
            if (World.Payouts.All(one => (string)one["id"]! != payout || !(bool)one["automatic"]!)) return Unknown("payout");
            found = found.Where(one => World.PayoutOf.GetValueOrDefault((string)one["id"]!) == payout);
        }
        if (query.TryGetValue("starting_after", out string? after))
        {
            if (all.All(one => (string)one["id"]! != after)) return Error(404, "invalid_request_error", "resource_missing");
            found = found.SkipWhile(one => (string)one["id"]! != after).Skip(1);
        }
        int limit = query.TryGetValue("limit", out string? most) ? int.Parse(most, CultureInfo.InvariantCulture) : 10;
        if (limit is < 1 or > MostOnAPage) return Unknown("limit");
        JsonObject[] page = [.. found.Take(Math.Min(limit, PageSize) + 1)];
        bool hasMore = page.Length > Math.Min(limit, PageSize);
        var data = new JsonArray([.. page.Take(Math.Min(limit, PageSize)).Select(one => World.Shown(one, expands ? "source" : ""))]);
        return (200, new JsonObject { ["object"] = "list", ["data"] = data, ["has_more"] = hasMore, ["url"] = "/v1/list" });
    }

    private (int, JsonNode) Get(Dictionary<string, string> query, IReadOnlyList<JsonObject> all, string id, string expandable = "")
    {
        if (query.Keys.FirstOrDefault(name => name != "expand[0]") is { } unknown) return Unknown(unknown);
        string expand = query.GetValueOrDefault("expand[0]", "");
        if (expand.Length > 0 && expand != expandable) return Unknown("expand");
        return all.FirstOrDefault(one => (string)one["id"]! == id) is { } found ? (200, World.Shown(found, expand))
            : Error(404, "invalid_request_error", "resource_missing");
    }

    private static (int, JsonNode) Unknown(string parameter) => Error(400, "invalid_request_error", "parameter_unknown", parameter);

    private static (int, JsonNode) Error(int status, string type, string? code, string message = "") => (status, new JsonObject
    {
        ["error"] = new JsonObject { ["type"] = type, ["code"] = code, ["message"] = message },
    });

    private static async Task SayAsync(HttpContext context, (int Status, JsonNode Body) answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        context.Response.Headers["Request-Id"] = "req_fake";
        string text = answer.Body is JsonValue raw ? (string)raw! : answer.Body.ToJsonString();
        await context.Response.WriteAsync(text);
    }

    private sealed record Kept(string Content, (int, JsonNode) Answer, DateTimeOffset At);

    private sealed record Fault(string Path, StripeFault How);
}

/// <summary>What goes wrong with a request.</summary>
internal enum StripeFault
{
    None = 0,
    TooMany = 1,
    ServerError = 2,
    Conflict = 3,

    /// <summary>It is carried out, and its answer is lost.</summary>
    DropAfterwards = 4,
    NoJson = 5,
}
