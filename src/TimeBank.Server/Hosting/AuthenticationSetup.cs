using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace TimeBank.Server;

/// <summary>Whose tokens the server takes: an OIDC issuer's, or the local one's.</summary>
public static class AuthenticationSetup
{
    public static void AddTimeBankAuthentication(this IServiceCollection services, TimeBankOptions options, LocalIssuer? local)
    {
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(jwt =>
        {
            jwt.MapInboundClaims = false;
            jwt.TokenValidationParameters = new TokenValidationParameters
            {
                ValidAudience = options.Audience,
                ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256],
                RequireExpirationTime = true,
                ClockSkew = TimeSpan.FromSeconds(30),
            };
            if (local is null)
            {
                jwt.Authority = options.Authority;
                return;
            }
            jwt.TokenValidationParameters.ValidIssuer = LocalIssuer.Name;
            jwt.TokenValidationParameters.IssuerSigningKey = local.Key;
        });
        services.AddAuthorization();
    }
}
