using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace TimeBank.Demo;

/// <summary>Stripe's events, and how they are signed.</summary>
internal static class StripeEvent
{
    /// <summary>An event about an object, as the object looks now.</summary>
    /// <param name="at">When it is sent.</param>
    public static JsonObject Of(string id, string type, JsonObject about, DateTimeOffset at) => new()
    {
        ["id"] = id, ["object"] = "event", ["api_version"] = StripeFake.Release, ["created"] = at.ToUnixTimeSeconds(),
        ["livemode"] = false, ["pending_webhooks"] = 1,
        ["request"] = new JsonObject { ["id"] = null, ["idempotency_key"] = null }, ["type"] = type,
        ["data"] = new JsonObject { ["object"] = about.DeepClone() },
    };

    /// <summary>The header <c>Stripe-Signature</c> of a body.</summary>
    public static string Signed(string body, DateTimeOffset at, string secret) =>
        $"t={at.ToUnixTimeSeconds()},v1={Signature(body, at.ToUnixTimeSeconds(), secret)}";

    /// <param name="at">In seconds since 1970.</param>
    public static string Signature(string body, long at, string secret) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{at}.{body}")));
}
