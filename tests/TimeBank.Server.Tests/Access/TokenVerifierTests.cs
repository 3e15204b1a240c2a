using Microsoft.Extensions.Time.Testing;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The verifier checks a token once and remembers it: for how long, and what happens when the issuer withdraws the key.</summary>
public sealed class TokenVerifierTests : IDisposable
{
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256), _otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    // Starts at the real time, because the library checks a token's validity by the real time.
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly TokenValidationParameters _rules;
    private readonly TokenVerifier _verifier;

    public TokenVerifierTests()
    {
        _rules = new TokenValidationParameters
        {
            ValidIssuer = "issuer", ValidAudience = "timebank", ClockSkew = Skew,
            IssuerSigningKey = new ECDsaSecurityKey(_key)
        };
        _verifier = new TokenVerifier(_rules, _clock);
    }

    [Fact]
    public async Task A_token_gives_its_caller()
    {
        Caller? caller = await _verifier.CallerAsync($"Bearer {Token()}");
        Assert.Equal("clerk-1", caller?.Subject);
        Assert.True(caller!.Has(Role.ProviderClerk));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer a.b.c")]
    public async Task What_is_no_token_gives_nobody(string authorization) => Assert.Null(await _verifier.CallerAsync(authorization));

    [Fact]
    public async Task A_known_token_is_not_verified_again_within_five_minutes()
    {
        string header = $"Bearer {Token()}";
        Caller? first = await _verifier.CallerAsync(header);
        Withdraw();
        _clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Same(first, await _verifier.CallerAsync(header));
    }

    [Fact]
    public async Task A_withdrawn_key_is_noticed_after_five_minutes()
    {
        string header = $"Bearer {Token()}";
        await _verifier.CallerAsync(header);
        Withdraw();
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(await _verifier.CallerAsync(header));
    }

    [Fact]
    public async Task A_known_token_ends_when_it_says()
    {
        string header = $"Bearer {Token(TimeSpan.FromMinutes(1))}";
        await _verifier.CallerAsync(header);
        Withdraw();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(await _verifier.CallerAsync(header));
        _clock.Advance(Skew + TimeSpan.FromSeconds(1));
        Assert.Null(await _verifier.CallerAsync(header));
    }

    [Fact]
    public async Task Another_token_with_a_known_ones_claims_is_verified()
    {
        string token = Token();
        await _verifier.CallerAsync($"Bearer {token}");
        Assert.Null(await _verifier.CallerAsync($"Bearer {token[..^4]}AAAA"));
    }

    [Fact]
    public async Task Expired_and_foreign_tokens_give_nobody()
    {
        Assert.Null(await _verifier.CallerAsync($"Bearer {Token(-TimeSpan.FromMinutes(1))}"));
        Assert.Null(await _verifier.CallerAsync($"Bearer {Token(audience: "another")}"));
        Assert.Null(await _verifier.CallerAsync($"Bearer {Token(issuer: "another")}"));
        Assert.Null(await _verifier.CallerAsync($"Bearer {Token(key: _otherKey)}"));
    }

    public void Dispose()
    {
        _key.Dispose();
        _otherKey.Dispose();
    }

    private void Withdraw() => _rules.IssuerSigningKey = new ECDsaSecurityKey(_otherKey);

    private string Token(TimeSpan? lifetime = null, string issuer = "issuer", string audience = "timebank", ECDsa? key = null)
    {
        DateTime now = _clock.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer, Audience = audience, IssuedAt = now, NotBefore = now - TimeSpan.FromHours(1),
            Expires = now + (lifetime ?? TimeSpan.FromHours(1)),
            Claims = new Dictionary<string,
                object>
            { ["sub"] = "clerk-1", ["role"] = new[] { "provider_clerk" }, ["region"] = new[] { "430211" } },
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key ?? _key), SecurityAlgorithms.EcdsaSha256),
        });
    }
}
