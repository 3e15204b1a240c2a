using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;
using ContractRole = TimeBank.V1.Role;

namespace TimeBank.Server;

/// <summary>The caller of an RPC, read from the token.</summary>
/// <param name="Subject">The token's subject: an opaque id of at most 64 characters. The journal keeps it as the actor.</param>
/// <param name="Regions">The divisions in which the roles hold. A province or city covers the divisions below it.</param>
/// <param name="Party">The resource name of the caller's own party; empty for staff.</param>
public sealed record Caller(string Subject, ImmutableArray<Role> Roles, ImmutableArray<RegionCode> Regions, string Party)
{
    public bool Has(Role role) => Roles.Contains(role);

    public bool CoversRegion(RegionCode region) => Regions.Contains(region) || Regions.Contains(region.City)
        || Regions.Contains(region.Province);

    public bool Owns(string resourceName) => Party.Length > 0 && string.Equals(Party, resourceName, StringComparison.Ordinal);
}

/// <summary>The claims of a token: one <c>sub</c>, one or more <c>role</c> and <c>region</c>, at most one <c>party</c>.</summary>
public static class CallerClaims
{
    public const string Role = "role", Region = "region", Party = "party", Subject = "sub";
    private const int MaxSubjectLength = 64;

    /// <summary>The caller of a verified token; null if it has no valid subject. Ignores unknown roles and regions.</summary>
    public static Caller? Read(ClaimsIdentity token)
    {
        string subject = token.FindFirst(Subject)?.Value ?? "";
        if (subject.Length is 0 or > MaxSubjectLength
            || subject.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.' or ':'))) return null;
        return new Caller(
            subject,
            [.. token.FindAll(Role).Select(claim => ParseRole(claim.Value)).Where(role => role != ContractRole.Unspecified).Distinct()],
            [.. token.FindAll(Region).Where(claim => RegionCode.TryParse(claim.Value, out _))
                .Select(claim => RegionCode.Parse(claim.Value))],
            token.FindFirst(Party)?.Value ?? "");
    }

    /// <summary>A role by its claim, such as <c>provider_clerk</c>; <see cref="ContractRole.Unspecified"/> for an unknown one.</summary>
    public static ContractRole ParseRole(string name) => Enum.GetValues<ContractRole>().FirstOrDefault(role => RoleName(role) == name);

    public static string RoleName(ContractRole role) => StoredName.UpperSnake(role.ToString()).ToLowerInvariant();
}

/// <summary>
/// Verifies the tokens of calls. It remembers a verified token's caller by the token's hash for five minutes, or until the token ends, so
/// that most calls check no signature. It does not remember invalid tokens.
/// </summary>
/// <param name="rules">The rules that a token must pass.</param>
/// <param name="time">The real time; a demonstration's clock does not end tokens.</param>
public sealed class TokenVerifier(TokenValidationParameters rules, TimeProvider time)
{
    private const string Scheme = "Bearer ";
    private const int MaxKnown = 10_000;

    /// <summary>If the issuer withdraws a key, its tokens may pass this much longer.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(5);

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly ConcurrentDictionary<Digest, Verified> _known = new();

    /// <summary>
    /// The caller of an <c>Authorization</c> header; null without a valid token, or if the token has no valid subject.
    /// </summary>
    public ValueTask<Caller?> CallerAsync(string authorization)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return default;
        Digest hash = Digest.Of(MemoryMarshal.AsBytes(authorization.AsSpan(Scheme.Length)));
        return _known.TryGetValue(hash, out Verified known) && time.GetUtcNow() < known.Until
            ? new(known.Caller) : VerifyAsync(authorization[Scheme.Length..].Trim(), hash);
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
