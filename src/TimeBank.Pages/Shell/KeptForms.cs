using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace TimeBank.Pages.Shell;

/// <summary>
/// A form that waits while its person confirms who they are. It waits in the browser, because another server may show the page again, and
/// encrypted, because a note may name people. Only the same person gets it back, on the same page, once.
/// </summary>
public sealed class KeptForms(IDataProtectionProvider protection, bool isSecure)
{
    /// <summary>A browser keeps a cookie of 4,096 bytes, its name and terms included. A longer form isn't kept.</summary>
    private const int MaxLength = 3_800;

    private static readonly TimeSpan Waits = TimeSpan.FromMinutes(15);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("TimeBank.KeptForms").ToTimeLimitedDataProtector();

    // Lax and not Strict: the browser comes back from the provider's address.
    private readonly CookieOptions _terms = new() { HttpOnly = true, Secure = isSecure, SameSite = SameSiteMode.Lax, Path = "/" };

    private string Cookie => isSecure ? "__Host-kept" : "kept";

    /// <param name="subject">Whose form it is.</param>
    /// <param name="address">The page's address with its query.</param>
    public void Keep(HttpContext http, string subject, string address, IEnumerable<KeyValuePair<string, StringValues>> fields)
    {
        string kept = _protector.Protect(JsonSerializer.Serialize(
            new Waiting(subject, address, fields.ToDictionary(field => field.Key, field => field.Value.ToArray()))), Waits);
        if (kept.Length <= MaxLength) http.Response.Cookies.Append(Cookie, kept, _terms);
    }

    /// <returns>The form that this person left on this page; null: none.</returns>
    public IFormCollection? Take(HttpContext http, string subject, string address)
    {
        if (http.Request.Cookies[Cookie] is not { Length: > 0 } kept || Read(kept) is not { } waiting) return null;
        if (waiting.Subject != subject || waiting.Address != address) return null;
        http.Response.Cookies.Delete(Cookie, _terms);
        return new FormCollection(waiting.Fields.ToDictionary(field => field.Key, field => new StringValues(field.Value)));
    }

    private Waiting? Read(string kept)
    {
        try
        {
            return JsonSerializer.Deserialize<Waiting>(_protector.Unprotect(kept));
        }
        catch (CryptographicException)
        {
            // It waited too long, or it isn't ours.
            return null;
        }
    }

    private sealed record Waiting(string Subject, string Address, Dictionary<string, string?[]> Fields);
}
