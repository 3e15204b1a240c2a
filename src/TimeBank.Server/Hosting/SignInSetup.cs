using System.Security.Claims;
using System.Xml.Linq;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using TimeBank.Pages;
using TimeBank.Pages.Shell;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>
/// Signing in to the pages by OpenID Connect: the authorization code flow with PKCE, against the configured provider or, on loopback, the
/// built-in issuer. The session is a cookie that holds the access token; it ends with the token.
/// </summary>
public static class SignInSetup
{
    private static readonly TimeSpan SessionLives = TimeSpan.FromHours(12);

    public static void AddTimeBankSignIn(this IServiceCollection services, TimeBankOptions options, LocalIssuer? local)
    {
        bool isSecure = !options.IsLocal;
        services.AddTimeBankPages(isSecure);
        services.AddSingleton<LocalCalls>().AddSingleton<IContractCalls>(all => all.GetRequiredService<LocalCalls>());
        if (local is not null)
        {
            services.AddSingleton(options).AddSingleton(local).AddSingleton<LocalPersons>();
            services.AddSingleton<ILocalPersons>(all => all.GetRequiredService<LocalPersons>());
        }
        string keys = PageKeysOf(options);
        OwnerOnly.CreateFolder(keys);
        services.AddDataProtection().SetApplicationName("TimeBank");
        services.Configure<KeyManagementOptions>(management => management.XmlRepository = new PageKeys(keys));
        services.AddAuthorization();
        services.AddAuthentication(authentication =>
            {
                authentication.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
                authentication.DefaultChallengeScheme = CookieAuthenticationDefaults.AuthenticationScheme;
            })
            .AddCookie(cookie => Session(cookie, isSecure))
            .AddOpenIdConnect(openId => Provider(openId, options, local, isSecure));
    }

    /// <summary>The folder of the keys of sessions and forms.</summary>
    internal static string PageKeysOf(TimeBankOptions options) =>
        options.PageKeys.Length > 0 ? options.PageKeys : Path.Combine(options.Data, "page-keys");

    public static void MapTimeBankSignIn(this WebApplication app)
    {
        app.MapGet(SignIn.SignInPath, (string? back, HttpContext http, bool again = false) =>
        {
            var properties = new OpenIdConnectChallengeProperties { RedirectUri = SignIn.Local(back) };
            if (again)
            {
                properties.Prompt = "login";
                properties.MaxAge = TimeSpan.Zero;
                properties.SetParameter("login_hint", KeyOf(http.User));
            }
            return Results.Challenge(properties, [OpenIdConnectDefaults.AuthenticationScheme]);
        });
        app.MapPost(SignIn.SignOutPath, async (HttpContext http, IAntiforgery forgery) =>
        {
            if (!await forgery.IsRequestValidAsync(http)) return Results.BadRequest();
            await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            return Results.LocalRedirect("/");
        });
        app.MapTimeBankPages();
    }

    /// <summary>The built-in issuer's key of the person that is signed in.</summary>
    private static string KeyOf(ClaimsPrincipal user) => string.Join(
        '|', new[] { CallerClaims.Role, CallerClaims.Region, CallerClaims.Subject }.Select(claim => user.FindFirst(claim)?.Value));

    private static void Session(CookieAuthenticationOptions session, bool isSecure)
    {
        session.TimeProvider = TimeProvider.System;
        session.Cookie.Name = isSecure ? "__Host-session" : "session";
        session.Cookie.HttpOnly = true;
        // Lax and not Strict: the browser comes back from the provider's address.
        session.Cookie.SameSite = SameSiteMode.Lax;
        session.Cookie.SecurePolicy = isSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        session.SlidingExpiration = false;
        session.ExpireTimeSpan = SessionLives;
        session.LoginPath = SignIn.SignInPath;
        session.ReturnUrlParameter = "back";
        session.Events.OnRedirectToAccessDenied = denied =>
        {
            denied.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        };
    }

    private static void Provider(OpenIdConnectOptions provider, TimeBankOptions options, LocalIssuer? local, bool isSecure)
    {
        provider.TimeProvider = TimeProvider.System;
        provider.ClientId = local is null ? options.ClientId : LocalPersons.Client;
        provider.ResponseType = OpenIdConnectResponseType.Code;
        // The answer comes in the address: a form from another site would come without our cookies.
        provider.ResponseMode = OpenIdConnectResponseMode.Query;
        provider.UsePkce = true;
        // The session keeps the access token alone: see TakeCallerAsync.
        provider.SaveTokens = false;
        provider.MapInboundClaims = false;
        provider.GetClaimsFromUserInfoEndpoint = false;
        provider.CallbackPath = LocalPersons.SignedInPath;
        provider.SignedOutCallbackPath = "/signed-out";
        provider.RemoteSignOutPath = "/signed-out-there";
        provider.Scope.Clear();
        foreach (string scope in options.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries)) provider.Scope.Add(scope);
        foreach (CookieBuilder cookie in new[] { provider.CorrelationCookie, provider.NonceCookie })
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = isSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        }
        provider.TokenValidationParameters = new TokenValidationParameters { NameClaimType = Visitor.NameClaim };
        if (local is null)
        {
            provider.Authority = options.Authority;
            if (options.ClientSecretFile.Length > 0) provider.ClientSecret = File.ReadAllText(options.ClientSecretFile).Trim();
        }
        else
        {
            provider.RequireHttpsMetadata = false;
            provider.Configuration = new OpenIdConnectConfiguration { Issuer = LocalIssuer.Name };
            provider.Configuration.SigningKeys.Add(local.Key);
            // Its addresses are those of this very request, whatever port the server got.
            provider.Events.OnRedirectToIdentityProvider = context =>
            {
                context.ProtocolMessage.IssuerAddress = $"{Origin(context.Request)}/authorize";
                return Task.CompletedTask;
            };
            provider.Events.OnAuthorizationCodeReceived = context =>
            {
                context.TokenEndpointRequest!.TokenEndpoint = $"{Origin(context.Request)}/token";
                return Task.CompletedTask;
            };
        }
        provider.Events.OnTokenValidated = TakeCallerAsync;
        provider.Events.OnRemoteFailure = failed =>
        {
            failed.HandleResponse();
            failed.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        };
    }

    /// <summary>
    /// The session's roles, regions and party are those of the access token, which every call is judged by; the session ends with it.
    /// </summary>
    private static async Task TakeCallerAsync(TokenValidatedContext context)
    {
        string token = context.TokenEndpointResponse?.AccessToken ?? "";
        TokenVerifier verifier = context.HttpContext.RequestServices.GetRequiredService<TokenVerifier>();
        if (await verifier.CallerAsync($"Bearer {token}") is not { } caller)
        {
            context.Fail("The provider's access token is not for this server, or names no subject.");
            return;
        }
        string? name = context.Principal?.FindFirst(Visitor.NameClaim)?.Value,
            at = context.Principal?.FindFirst(Visitor.SignedInClaim)?.Value;
        Claim[] claims =
        [
            new(Visitor.SubjectClaim, caller.Subject), new(Visitor.NameClaim, name ?? caller.Subject),
            new(Visitor.SignedInClaim, at ?? $"{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}"),
            new(Visitor.PartyClaim, caller.Party),
            .. caller.Roles.Select(role => new Claim(Visitor.RoleClaim, CallerClaims.RoleName(role))),
            .. caller.Regions.Select(region => new Claim(Visitor.RegionClaim, region.ToString())),
        ];
        context.Principal = new ClaimsPrincipal(new ClaimsIdentity(
            claims, context.Scheme.Name, Visitor.NameClaim, Visitor.RoleClaim));
        if (context.Properties is not { } session) return;
        if (int.TryParse(context.TokenEndpointResponse?.ExpiresIn, out int seconds))
        {
            session.ExpiresUtc = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        }
        session.StoreTokens([new AuthenticationToken { Name = Visitor.TokenName, Value = token }]);
    }

    private static string Origin(HttpRequest request) => $"{request.Scheme}://{request.Host}";
}

/// <summary>The keys of sessions and forms, a file each; only their owner may read them. Servers of a cluster share the folder.</summary>
internal sealed class PageKeys(string folder) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. Directory.EnumerateFiles(folder, "*.xml").Order(StringComparer.Ordinal).Select(file => XElement.Load(file))];

    public void StoreElement(XElement element, string friendlyName)
    {
        string path = Path.Combine(folder, $"{element.Attribute("id")?.Value ?? friendlyName}.xml"), draft = $"{path}.new";
        using (FileStream file = OwnerOnly.Open(draft, FileMode.Create, FileAccess.Write)) element.Save(file);
        // Move the whole file into place: another server may be reading the folder.
        File.Move(draft, path);
    }
}
