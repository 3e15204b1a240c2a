using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TimeBank.Ledger;
using TimeBank.Pages.Shell;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>
/// Issues tokens for local use, so that a fresh clone works at once. Its key and its secret are files of the data folder that only their
/// owner can read. It runs only on a server that listens on loopback alone.
/// </summary>
public sealed class LocalIssuer : IDisposable
{
    public const string Name = "timebank-local", Audience = "timebank";
    private const int SecretBytes = 32;
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly ECDsa _key;
    private readonly SigningCredentials _credentials;

    private LocalIssuer(ECDsa key, string secret)
    {
        _key = key;
        Secret = secret;
        Key = new ECDsaSecurityKey(key) { KeyId = Digest.Of(key.ExportSubjectPublicKeyInfo()).ToString()[..16] };
        _credentials = new SigningCredentials(Key, SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>The key that tokens are verified with.</summary>
    public ECDsaSecurityKey Key { get; }

    /// <summary>A client sends this secret to get a token. It is in the data folder.</summary>
    public string Secret { get; }

    /// <summary>Opens the issuer of a data folder. Makes its key and its secret if the files are missing.</summary>
    /// <exception cref="InvalidOperationException">A file exists and holds no key, or no secret of 64 letters.</exception>
    public static LocalIssuer Open(string dataFolder)
    {
        string keyFile = Path.Combine(dataFolder, "local-issuer.pem"), secretFile = Path.Combine(dataFolder, "local-issuer.secret");
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string pem = OwnerOnlyFile.ReadOrCreate(keyFile, key.ExportPkcs8PrivateKeyPem);
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw new InvalidOperationException(
                $"{keyFile} holds no key: restore it, or delete it, and a new one is made; tokens that were given are then void.");
        }
        string secret = OwnerOnlyFile.ReadOrCreate(secretFile, NewSecret).Trim();
        // Everyone can guess an empty or short secret.
        return secret.Length >= 2 * SecretBytes ? new LocalIssuer(key, secret) : throw new InvalidOperationException(
            $"{secretFile} holds no secret of {2 * SecretBytes} letters: restore it, or delete it, and a new one is made.");
    }

    /// <summary>Makes a signed token, valid for twelve hours.</summary>
    /// <param name="party">The resource name of the caller's own party; empty for staff.</param>
    public string Issue(string subject, IEnumerable<string> roles, IEnumerable<string> regions, string party)
    {
        // Tokens live by the real time, also when a demonstration moves the business's clock.
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object>
        {
            [CallerClaims.Subject] = subject,
            [CallerClaims.Role] = roles.ToArray(),
            [CallerClaims.Region] = regions.ToArray(),
        };
        if (party.Length > 0) claims[CallerClaims.Party] = party;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + Lifetime,
            Claims = claims,
            SigningCredentials = _credentials,
        });
    }

    /// <summary>Makes the token that tells a client who signed in, and when.</summary>
    /// <param name="nonce">The client's word for this sign-in.</param>
    public string IssueId(LocalPerson person, string client, string nonce)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = client,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Claims = new Dictionary<string, object>
            {
                [CallerClaims.Subject] = person.Subject,
                [Visitor.NameClaim] = person.DisplayName,
                [Visitor.SignedInClaim] = now.ToUnixTimeSeconds(),
                ["nonce"] = nonce,
            },
            SigningCredentials = _credentials,
        });
    }

    public void Dispose() => _key.Dispose();

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
}

/// <summary>
/// The local issuer over HTTP, at the paths that OIDC names: discovery, keys, and a token endpoint (OAuth 2 client credentials).
/// </summary>
public static class LocalIssuerEndpoints
{
    public static void MapLocalIssuer(this IEndpointRouteBuilder app, LocalIssuer issuer)
    {
        LocalPersons persons = app.ServiceProvider.GetRequiredService<LocalPersons>();
        app.MapGet("/.well-known/openid-configuration", (HttpRequest request) => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = LocalIssuer.Name,
            ["authorization_endpoint"] = $"{request.Scheme}://{request.Host}/authorize",
            ["token_endpoint"] = $"{request.Scheme}://{request.Host}/token",
            ["jwks_uri"] = $"{request.Scheme}://{request.Host}/jwks",
            ["grant_types_supported"] = new[] { "client_credentials", "authorization_code" },
            ["response_types_supported"] = new[] { "code" },
            ["code_challenge_methods_supported"] = new[] { "S256" },
            ["id_token_signing_alg_values_supported"] = new[] { SecurityAlgorithms.EcdsaSha256 },
        }));
        app.MapGet("/jwks", () =>
        {
            JsonWebKey key = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(
                new ECDsaSecurityKey(PublicHalf(issuer)) { KeyId = issuer.Key.KeyId });
            return Results.Json(
                new
                {
                    keys = new[] { new { kty = key.Kty, crv = key.Crv, x = key.X, y = key.Y, kid = key.Kid, use = "sig",
                alg = SecurityAlgorithms.EcdsaSha256 } }
                });
        });
        app.MapPost("/token", async (HttpRequest request) =>
        {
            if (!request.HasFormContentType) return Error("invalid_request", "send a form");
            IFormCollection form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
            if (form["grant_type"] == "authorization_code")
            {
                string code = form["code"].ToString(), verifier = form["code_verifier"].ToString();
                return persons.Redeem(code, verifier, form["redirect_uri"].ToString()) is { } tokens
                    ? Results.Json(new
                    {
                        access_token = tokens.AccessToken, id_token = tokens.IdToken, token_type = "Bearer",
                        expires_in = (int)LocalIssuer.Lifetime.TotalSeconds,
                    })
                    : Error("invalid_grant", "the code is unknown, used or too old, or was given to another client");
            }
            if (form["grant_type"] != "client_credentials") return Error(
                "unsupported_grant_type", "grant_type must be client_credentials or authorization_code");
            if (!SameSecret(form["client_secret"].ToString(), issuer.Secret)) return Error(
                "invalid_client", "client_secret is wrong; it is in local-issuer.secret of the data folder");
            string[] roles = Words(form["role"].ToString()), regions = Words(form["region"].ToString());
            string subject = form["subject"].ToString(), party = form["party"].ToString();
            if (roles.Length == 0 || roles.Any(role => CallerClaims.ParseRole(role) == V1.Role.Unspecified)) return Error(
                "invalid_request", "role must name one or more roles, such as provider_clerk");
            if (regions.Length == 0 || regions.Any(region => !RegionCode.TryParse(region, out _))) return Error(
                "invalid_request", "region must name one or more regions, such as 430211");
            if (party.Length > 0 && !ResourceName.TryParse(party, out _)) return Error(
                "invalid_request", "party must be a resource name, such as regions/430211/volunteers/0123456789AB");
            if (subject.Length == 0) subject = party.Length > 0 ? party.Split('/')[^1] : string.Join('.', roles);
            return Results.Json(new { access_token = issuer.Issue(subject, roles, regions, party), token_type = "Bearer" });
        });
    }

    private static ECDsa PublicHalf(LocalIssuer issuer) => ECDsa.Create(issuer.Key.ECDsa.ExportParameters(includePrivateParameters: false));

    private static string[] Words(string text) =>
        text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    internal static bool SameSecret(string given, string secret) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(secret));

    private static IResult Error(string error, string description) =>
        Results.Json(new { error, error_description = description }, statusCode: error == "invalid_client"
        ? StatusCodes.Status401Unauthorized : StatusCodes.Status400BadRequest);
}

/// <summary>
/// Keeps a server with the local issuer on this machine. It refuses (421) requests that did not arrive on loopback, whatever listener a
/// setting opened, and requests for another host name: a stranger's web page whose name points to 127.0.0.1 asks for that name.
/// </summary>
internal static class LoopbackAlone
{
    public static void UseLoopbackAlone(this WebApplication app) => app.Use((context, next) =>
    {
        if (IsHere(context.Connection.LocalIpAddress) && IsThisMachine(context.Request.Host)) return next(context);
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        const string said = "This server answers on its machine alone: ask for 127.0.0.1, [::1] or localhost.\n";
        return context.Response.WriteAsync(said, context.RequestAborted);
    });

    private static bool IsHere(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);

    private static bool IsThisMachine(HostString host) =>
        string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host, out IPAddress? address) && IPAddress.IsLoopback(address));
}
