using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>The local issuer over HTTP: a token endpoint (OAuth 2 client credentials), discovery and keys, as OIDC names them.</summary>
public static class LocalIssuerEndpoints
{
    public static void MapLocalIssuer(this IEndpointRouteBuilder app, LocalIssuer issuer)
    {
        app.MapGet("/.well-known/openid-configuration", (HttpRequest request) => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = LocalIssuer.Name,
            ["token_endpoint"] = $"{request.Scheme}://{request.Host}/token",
            ["jwks_uri"] = $"{request.Scheme}://{request.Host}/jwks",
            ["grant_types_supported"] = new[] { "client_credentials" },
            ["id_token_signing_alg_values_supported"] = new[] { SecurityAlgorithms.EcdsaSha256 },
        }));
        app.MapGet("/jwks", () =>
        {
            JsonWebKey key = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(PublicHalf(issuer)) { KeyId = issuer.Key.KeyId });
            return Results.Json(new { keys = new[] { new { kty = key.Kty, crv = key.Crv, x = key.X, y = key.Y, kid = key.Kid, use = "sig", alg = SecurityAlgorithms.EcdsaSha256 } } });
        });
        app.MapPost("/token", async (HttpRequest request) =>
        {
            if (!request.HasFormContentType) return Error("invalid_request", "send a form");
            IFormCollection form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
            if (form["grant_type"] != "client_credentials") return Error("unsupported_grant_type", "grant_type must be client_credentials");
            if (!SameSecret(form["client_secret"].ToString(), issuer.Secret)) return Error("invalid_client", "client_secret is wrong; it is in local-issuer.secret of the data folder");
            string[] roles = Words(form["role"].ToString()), regions = Words(form["region"].ToString());
            string subject = form["subject"].ToString(), party = form["party"].ToString();
            if (roles.Length == 0 || roles.Any(role => CallerClaims.ParseRole(role) == V1.Role.Unspecified)) return Error("invalid_request", "role must name one or more roles, such as provider_clerk");
            if (regions.Length == 0 || regions.Any(region => !RegionCode.TryParse(region, out _))) return Error("invalid_request", "region must name one or more regions, such as 430211");
            if (party.Length > 0 && !ResourceName.TryParse(party, out _)) return Error("invalid_request", "party must be a resource name, such as regions/430211/volunteers/0123456789AB");
            if (subject.Length == 0) subject = party.Length > 0 ? party.Split('/')[^1] : string.Join('.', roles);
            return Results.Json(new { access_token = issuer.Issue(subject, roles, regions, party), token_type = "Bearer" });
        });
    }

    private static ECDsa PublicHalf(LocalIssuer issuer) => ECDsa.Create(issuer.Key.ECDsa.ExportParameters(includePrivateParameters: false));

    private static string[] Words(string text) => text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool SameSecret(string given, string secret) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(secret));

    private static IResult Error(string error, string description) => Results.Json(new { error, error_description = description }, statusCode: error == "invalid_client" ? StatusCodes.Status401Unauthorized : StatusCodes.Status400BadRequest);
}
