using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace TimeBank.Server;

/// <summary>
/// Verifies the tokens of calls. Who a token has been verified for is known for a while, so that a call doesn't pay for a signature; never past the
/// token's own end. Headers are known as they came: to hash one with SHA-256 costs more than the rest of a call's admission. Tokens that don't verify are not
/// remembered.
/// </summary>
/// <param name="rules">What a token must fulfil.</param>
/// <param name="time">The real time, which tokens run by.</param>
public sealed class TokenVerifier(TokenValidationParameters rules, TimeProvider time)
{
    private const string Scheme = "Bearer ";
    private const int MaxKnown = 10_000;

    /// <summary>How late it is noticed, at most, that the issuer has withdrawn a key.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(5);

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly ConcurrentDictionary<string, Verified> _known = new(StringComparer.Ordinal);

    /// <summary>The caller of an <c>Authorization</c> header; null where it has no valid token, or the token lacks what the server needs.</summary>
    public ValueTask<Caller?> CallerAsync(string authorization)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return default;
        return _known.TryGetValue(authorization, out Verified known) && time.GetUtcNow() < known.Until ? new(known.Caller) : VerifyAsync(authorization);
    }

    private async ValueTask<Caller?> VerifyAsync(string authorization)
    {
        TokenValidationResult result = await _handler.ValidateTokenAsync(authorization[Scheme.Length..].Trim(), rules);
        if (!result.IsValid || CallerClaims.Read(result.ClaimsIdentity) is not { } caller) return null;
        DateTimeOffset now = time.GetUtcNow(), end = new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero) + rules.ClockSkew;
        if (_known.Count >= MaxKnown) Forget(now);
        _known[authorization] = new Verified(caller, end < now + KnownFor ? end : now + KnownFor);
        return caller;
    }

    private void Forget(DateTimeOffset now)
    {
        foreach ((string authorization, Verified known) in _known)
        {
            if (known.Until <= now) _known.TryRemove(authorization, out _);
        }
        if (_known.Count >= MaxKnown) _known.Clear();
    }

    private readonly record struct Verified(Caller Caller, DateTimeOffset Until);
}
