using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Verifies the tokens of calls. Who a token has been verified for is known for a while by the token's hash, so that a call doesn't pay for a signature;
/// never past the token's own end. Tokens that don't verify are not remembered.
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
    private readonly ConcurrentDictionary<Digest, Verified> _known = new();

    /// <summary>The caller of an <c>Authorization</c> header; null where it has no valid token, or the token lacks what the server needs.</summary>
    public ValueTask<Caller?> CallerAsync(string authorization)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return default;
        Digest hash = Digest.Of(MemoryMarshal.AsBytes(authorization.AsSpan(Scheme.Length)));
        return _known.TryGetValue(hash, out Verified known) && time.GetUtcNow() < known.Until ? new(known.Caller) : VerifyAsync(authorization[Scheme.Length..].Trim(), hash);
    }

    private async ValueTask<Caller?> VerifyAsync(string token, Digest hash)
    {
        TokenValidationResult result = await _handler.ValidateTokenAsync(token, rules);
        if (!result.IsValid || CallerClaims.Read(result.ClaimsIdentity) is not { } caller) return null;
        DateTimeOffset now = time.GetUtcNow(), end = new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero) + rules.ClockSkew;
        if (_known.Count >= MaxKnown) Forget(now);
        _known[hash] = new Verified(caller, end < now + KnownFor ? end : now + KnownFor);
        return caller;
    }

    private void Forget(DateTimeOffset now)
    {
        foreach ((Digest hash, Verified known) in _known)
        {
            if (known.Until <= now) _known.TryRemove(hash, out _);
        }
        if (_known.Count >= MaxKnown) _known.Clear();
    }

    private readonly record struct Verified(Caller Caller, DateTimeOffset Until);
}
