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

/// <summary>Who calls, as the token says.</summary>
/// <param name="Subject">The token's subject: an opaque id, at most 64 characters, which the journal keeps as the actor.</param>
/// <param name="Regions">Divisions the roles hold in; each covers those below it.</param>
/// <param name="Party">The caller's own party as a resource name; empty for staff.</param>
public sealed record Caller(string Subject, ImmutableArray<Role> Roles, ImmutableArray<RegionCode> Regions, string Party)
{
    public bool Has(Role role) => Roles.Contains(role);

    public bool CoversRegion(RegionCode region) => Regions.Contains(region) || Regions.Contains(region.City)
        || Regions.Contains(region.Province);

    public bool Owns(string resourceName) => Party.Length > 0 && string.Equals(Party, resourceName, StringComparison.Ordinal);
}

/// <summary>The claims that a token carries: <c>sub</c>, one or more <c>role</c> and <c>region</c>, and at most one <c>party</c>.</summary>
public static class CallerClaims
{
    public const string Role = "role", Region = "region", Party = "party", Subject = "sub";
    private const int MaxSubjectLength = 64;

    /// <summary>The caller of a valid token; null where it lacks what the server needs.</summary>
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

    /// <summary>A role by its name in small letters, such as <c>provider_clerk</c>; an unknown one is none.</summary>
    public static ContractRole ParseRole(string name) => Enum.GetValues<ContractRole>().FirstOrDefault(role => RoleName(role) == name);

    public static string RoleName(ContractRole role) => ReasonCatalogue.UpperSnake(role.ToString()).ToLowerInvariant();
}

/// <summary>
/// Verifies the tokens of calls. Who a token has been verified for is known for a while by the token's hash, so that a call doesn't pay for
/// a signature;
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

    /// <summary>
    /// The caller of an <c>Authorization</c> header; null where it has no valid token, or the token lacks what the server needs.
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
