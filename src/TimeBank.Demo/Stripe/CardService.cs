using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TimeBank.Cli;

namespace TimeBank.Demo;

/// <summary>
/// The demonstration's payment service: the fake of Stripe, with donors who pay, an office that gives money back, payouts, and the events
/// about them, which it signs and delivers. A file in its folder has all that has happened, so it goes on where it was killed.
/// </summary>
/// <remarks>
/// What donors and the office do here, they do once: a second time it changes nothing and delivers the same event again. Stripe's times are
/// the machine's, but for movements of money: a form's field <c>at</c> puts them on a day of the demonstration.
/// </remarks>
internal sealed class CardService : IAsyncDisposable
{
    private const int BasisPoints = 10_000, FeePoints = 290, FixedFeeFen = 50, FenPerYuan = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new() { Timeout = Patience };
    private readonly TimeProvider _time;
    private readonly Func<Uri> _server;
    private readonly string _signing;
    private readonly Func<Task<bool>> _hasDonations;
    private readonly SemaphoreSlim _turn = new(1);
    private JsonObject? _memory;
    private StripeFake _stripe = null!;

    private CardService(TimeProvider time, CardFiles files, Func<Uri> server, Func<Task<bool>> hasDonations)
    {
        _time = time;
        _server = server;
        _hasDonations = hasDonations;
        _signing = files.Signing();
        _memory = files.Memory();
    }

    public Uri Address => _stripe.Address;

    private StripeWorld World => _stripe.World;

    /// <summary>What the service keeps of a donation.</summary>
    public static long FeeOf(long fen) => FixedFeeFen + (fen * FeePoints / BasisPoints);

    /// <summary>Listens on a free port of loopback, and writes its address when it does.</summary>
    /// <param name="server">Where the server listens for HTTP.</param>
    /// <param name="hasDonations">Asks the server whether it has donations; throws where it doesn't answer.</param>
    public static async Task<CardService> StartAsync(TimeProvider time, CardFiles files, Func<Uri> server, Func<Task<bool>> hasDonations)
    {
        var service = new CardService(time, files, server, hasDonations);
        service._stripe = await StripeFake.StartAsync(time, files.Key(), (stripe, app) =>
        {
            stripe.Changed = () => files.Store(stripe.ToMemory());
            app.Use(service.RecallAsync);
            app.MapGet("/pay/{id}", service.PageAsync);
            app.MapPost("/pay/{id}", context => service.DoAsync(context, "checkout.session.completed", service.Pay));
            app.MapPost("/refund/{id}", context => service.DoAsync(context, "refund.created", service.Refund));
            app.MapPost("/payout/{id}", context => service.DoAsync(context, "payout.paid", service.PayOut));
        });
        service.World.Pages = new Uri(service.Address, "/pay/").ToString();
        files.Publish(service.Address);
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        await _stripe.DisposeAsync();
        _http.Dispose();
        _turn.Dispose();
    }

    /// <summary>
    /// Takes up what has happened, before anything is answered. A server stores a donation before it asks for a page: one that has none
    /// has a new database, and what has happened is another one's.
    /// </summary>
    private async Task RecallAsync(HttpContext context, RequestDelegate next)
    {
        await _turn.WaitAsync();
        try
        {
            if (_memory is { } memory && await _hasDonations()) _stripe.Remember(memory);
            _memory = null;
        }
        catch (Exception error) when (error is RpcException or TokenException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        finally
        {
            _turn.Release();
        }
        await next(context);
    }

    /// <summary>The donor pays a page.</summary>
    private JsonObject? Pay(string id)
    {
        if (World.Sessions.FirstOrDefault(one => (string)one["id"]! == id) is not { } session) return null;
        if ((string)session["payment_status"]! != "paid") World.Pay(session, FeeOf((long)session["amount_total"]!));
        return session;
    }

    /// <summary>All that was paid on a page is given back; the fee isn't.</summary>
    private JsonObject? Refund(string id)
    {
        string? intent = (string?)World.Sessions.FirstOrDefault(one => (string)one["id"]! == id)?["payment_intent"];
        if (intent is null || World.Charges.FirstOrDefault(one => (string?)one["payment_intent"] == intent) is not { } charge) return null;
        return World.Refunds.FirstOrDefault(one => (string)one["charge"]! == (string)charge["id"]!)
            ?? World.Refund(charge, (long)charge["amount"]!);
    }

    /// <summary>An automatic payout of all that no other has carried, under a name of the caller's.</summary>
    private JsonObject PayOut(string name)
    {
        if (World.Payouts.FirstOrDefault(one => (string?)one["description"] == name) is { } earlier) return earlier;
        JsonObject payout = World.PayOut();
        payout["description"] = name;
        return payout;
    }

    /// <summary>Does something once, and delivers the event about it. The answer is the object.</summary>
    private async Task DoAsync(HttpContext context, string type, Func<string, JsonObject?> what)
    {
        string at = context.Request.HasFormContentType ? (await context.Request.ReadFormAsync())["at"].ToString() : "";
        DateTimeOffset day = default;
        if (at.Length > 0 && !DateTimeOffset.TryParseExact(at, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out day))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        JsonObject? about = await _stripe.InTurnAsync(() =>
        {
            World.At = at.Length > 0 ? day : null;
            try
            {
                JsonObject? done = what((string)context.GetRouteValue("id")!);
                if (done is not null) _stripe.Changed!();
                return done?.DeepClone().AsObject();
            }
            finally
            {
                World.At = null;
            }
        });
        if (about is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        context.Response.StatusCode = await DeliverAsync(type, about) ? StatusCodes.Status200OK : StatusCodes.Status502BadGateway;
        await context.Response.WriteAsJsonAsync(about);
    }

    /// <returns>Whether the server has kept the event. Stripe would send it again; here, whoever asked does.</returns>
    private async Task<bool> DeliverAsync(string type, JsonObject about)
    {
        DateTimeOffset now = _time.GetUtcNow();
        string body = StripeEvent.Of($"evt_{about["id"]}", type, about, now).ToJsonString();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server(), "/stripe/webhook"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Stripe-Signature", StripeEvent.Signed(body, now, _signing));
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task PageAsync(HttpContext context)
    {
        string id = (string)context.GetRouteValue("id")!;
        JsonObject? session = await _stripe.InTurnAsync(
            () => World.Sessions.FirstOrDefault(one => (string)one["id"]! == id)?.DeepClone().AsObject());
        if (session is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        string yuan = ((decimal)(long)session["amount_total"]! / FenPerYuan).ToString("F2", CultureInfo.InvariantCulture);
        string body = (string)session["payment_status"]! == "paid" ? "<p>已付款 · Paid</p>"
            : "<form method=\"post\"><button>付款 · Pay</button></form>";
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(
            $"<!doctype html><title>演示 · Demonstration</title><h1>CNY {yuan}</h1>{body}<p>演示：没有真钱。 · No real money is moved.</p>");
    }
}
