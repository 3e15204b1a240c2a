using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace TimeBank.Server;

/// <summary>Whose tokens the server takes: an OIDC issuer's, or the local one's.</summary>
public static class AuthenticationSetup
{
    /// <exception cref="InvalidOperationException">The issuer's address is none.</exception>
    public static void AddTimeBankAuthentication(this IServiceCollection services, TimeBankOptions options, LocalIssuer? local)
    {
        var rules = new TokenValidationParameters
        {
            ValidAudience = options.Audience,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256],
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
        if (local is null)
        {
            rules.ConfigurationManager = Discovery(options.Authority);
        }
        else
        {
            rules.ValidIssuer = LocalIssuer.Name;
            rules.IssuerSigningKey = local.Key;
        }
        services.AddSingleton(new TokenVerifier(rules, TimeProvider.System));
    }

    /// <summary>The issuer's name and keys from where OIDC publishes them, read again from time to time, and when a key isn't among them.</summary>
    private static ConfigurationManager<OpenIdConnectConfiguration> Discovery(string authority)
    {
        if (!Uri.TryCreate(authority, UriKind.Absolute, out Uri? issuer) || issuer.Scheme != Uri.UriSchemeHttps)
        {
            throw new InvalidOperationException($"TimeBank:Authority must be an https address, such as https://id.example.gov.cn, and not '{authority}'.");
        }
        return new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{authority.TrimEnd('/')}/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever { RequireHttps = true });
    }
}
