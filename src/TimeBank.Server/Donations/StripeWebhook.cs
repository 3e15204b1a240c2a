using System.Text;
using System.Text.Json;
using Stripe;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>
/// Takes Stripe's events. First the signature over the bytes as they came; then the event is kept durably, once by its id, and answered;
/// what it is about is looked up afterwards. Who signed gets 200 for anything that was kept: Stripe would send it for days otherwise.
/// </summary>
public sealed class StripeWebhook(StripeGateway gateway, IGrainFactory grains, ILogger<StripeWebhook> log)
{
    public const string Path = "/stripe/webhook";

    /// <summary>Stripe's events have some tens of kilobytes at most.</summary>
    private const int MaxBytes = 512 * 1024;

    private const int ToleranceSeconds = 300, MaxIdLength = 100;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public async Task AnswerAsync(HttpContext context)
    {
        if (await ReadAsync(context.Request) is not { } bytes)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }
        if (Text(bytes) is not { } body || !IsSigned(body, context.Request.Headers["Stripe-Signature"].ToString()))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        StripeNotice notice = Read(body, out string account);
        if (account != gateway.Account)
        {
            log.LogWarning("The event {Event} of Stripe is another account's and was refused.", notice.Id);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        IStripeEventGrain kept = grains.GetGrain<IStripeEventGrain>(gateway.Region, notice.Id);
        try
        {
            bool isOpen = await kept.ReceiveAsync(notice);
            // Kept: from here on the event is followed, now or by the next run.
            if (isOpen) _ = context.RequestServices.GetRequiredService<StripeEvents>().FollowQuietlyAsync(notice.Id);
        }
        catch (Exception error) when (Outage.Is(error))
        {
            // Stripe sends it again.
            log.LogWarning("The event {Event} of Stripe can't be kept now: {Error}", notice.Id, error.Message);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength > MaxBytes) return null;
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        int count;
        while ((count = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
        {
            if (bytes.Length + count > MaxBytes) return null;
            bytes.Write(buffer, 0, count);
        }
        return bytes.ToArray();
    }

    /// <summary>Null where it isn't UTF-8: nobody signs that.</summary>
    private static string? Text(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private bool IsSigned(string body, string header)
    {
        try
        {
            EventUtility.ValidateSignature(body, header, gateway.WebhookSecret, ToleranceSeconds, gateway.Now.ToUnixTimeSeconds());
            return true;
        }
        catch (Exception error) when (error is StripeException or NullReferenceException or ArgumentException or FormatException
            or OverflowException or InvalidOperationException or JsonException or Newtonsoft.Json.JsonException)
        {
            return false;
        }
    }

    private StripeNotice Read(string body, out string account)
    {
        JsonElement found = default;
        try
        {
            using var document = JsonDocument.Parse(body);
            found = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // Kept as unreadable.
        }
        account = StripeAnswer.Text(found, "account");
        string id = StripeAnswer.Text(found, "id"), odd = OddityOf(body, found);
        // The id is a part of a key; without a plain one the event is known by its bytes.
        if (id.Length is 0 or > MaxIdLength || id.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter != '_'))
        {
            id = $"bytes-{Digest.Of(Encoding.UTF8.GetBytes(body))}";
        }
        JsonElement about = found.ValueKind == JsonValueKind.Object && found.TryGetProperty("data", out JsonElement data)
            && data.ValueKind == JsonValueKind.Object && data.TryGetProperty("object", out JsonElement one) ? one : default;
        return new StripeNotice(
            id, Short(StripeAnswer.Text(found, "type")), Short(StripeAnswer.Text(about, "object")), Plain(StripeAnswer.Text(about, "id")),
            gateway.Now, odd, odd.Length > 0 ? body : "");
    }

    /// <summary>Why the library doesn't read a signed event; empty where it does.</summary>
    private static string OddityOf(string body, JsonElement found)
    {
        string kind = StripeAnswer.Text(found, "object");
        if (kind == "v2.core.event") return "thin";
        if (kind != "event") return "no event";
        string release = StripeAnswer.Text(found, "api_version");
        if (!EventUtility.IsCompatibleApiVersion(release.Length > 0 ? release : "none")) return $"API release {Short(release)}".TrimEnd();
        try
        {
            return EventUtility.ParseEvent(body, throwOnApiVersionMismatch: true)?.Data?.Object is null ? "no object" : "";
        }
        catch (Exception error) when (error is StripeException or NullReferenceException or ArgumentException or FormatException
            or OverflowException or InvalidOperationException or JsonException or Newtonsoft.Json.JsonException)
        {
            return $"unreadable ({error.GetType().Name})";
        }
    }

    private static string Short(string text) => text.Length <= MaxIdLength ? text : text[..MaxIdLength];

    /// <summary>An id that can be asked for; empty where it is none.</summary>
    private static string Plain(string id) =>
        id.Length <= MaxIdLength && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') ? id : "";
}
