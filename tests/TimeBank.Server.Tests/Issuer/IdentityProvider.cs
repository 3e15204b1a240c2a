using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace TimeBank.Server.Tests;

/// <summary>
/// An OpenID Connect provider over TLS on loopback, as a bureau has one: OpenIddict. It gives anybody an auditor's token, and signs anybody
/// in to the pages as that auditor.
/// </summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    /// <summary>The name of whom it signs in.</summary>
    public const string Name = "审计员";

    private readonly WebApplication _app;
    private readonly HttpClient _client = new(new HttpClientHandler
    {
        // The test's own certificate, which the machine doesn't know.
        ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
    });

    private IdentityProvider(X509Certificate2 certificate)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.SetTokenEndpointUris("token").AllowClientCredentialsFlow();
            server.SetAuthorizationEndpointUris("authorize").AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
            server.RegisterScopes(OpenIddictConstants.Scopes.Profile);
            // No database of clients: the handlers below are the whole of its rules.
            server.EnableDegradedMode().DisableAccessTokenEncryption().AddEphemeralEncryptionKey();
            server.AddSigningKey(NewKey());
            server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(_ => default));
            server.AddEventHandler<HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(SignIn));
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(_ => default));
            server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseInlineHandler(Give));
            server.UseAspNetCore();
        });
        _app = builder.Build();
    }

    public Uri Address { get; private set; } = null!;

    private List<SigningCredentials> Keys =>
        _app.Services.GetRequiredService<IOptionsMonitor<OpenIddictServerOptions>>().CurrentValue.SigningCredentials;

    public static async Task<IdentityProvider> StartAsync(X509Certificate2 certificate)
    {
        var provider = new IdentityProvider(certificate);
        await provider._app.StartAsync();
        provider.Address = new Uri(
            provider._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return provider;
    }

    /// <summary>Signs with a new key from now on, and publishes the former one no more.</summary>
    public void ExchangeKey() => (Keys[0], _) = (new SigningCredentials(NewKey(), SecurityAlgorithms.EcdsaSha256), Keys[0]);

    /// <param name="audience">For whom the token is.</param>
    /// <param name="lives">How long it is good; less than nothing: it has ended already.</param>
    public async Task<string> TokenAsync(string audience = "timebank", TimeSpan? lives = null)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = "test", ["client_secret"] = "test", ["for_whom"] = audience,
            ["lives"] = $"{(lives ?? TimeSpan.FromMinutes(10)).TotalSeconds}",
        };
        using HttpResponseMessage answer = await _client.PostAsync(new Uri(Address, "token"), new FormUrlEncodedContent(form));
        JsonNode? said = await answer.Content.ReadFromJsonAsync<JsonNode>();
        return said?["access_token"]?.GetValue<string>() ?? throw new InvalidOperationException($"No token: {said}");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private static ECDsaSecurityKey NewKey() =>
        new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) };

    private static ValueTask Give(HandleTokenRequestContext context)
    {
        // What belongs to a code was decided at the sign-in.
        if (context.Request.IsAuthorizationCodeGrantType()) return default;
        ClaimsPrincipal caller = Auditor();
        caller.SetResources((string)context.Request["for_whom"]!);
        caller.SetAccessTokenLifetime(TimeSpan.FromSeconds(double.Parse((string)context.Request["lives"]!, CultureInfo.InvariantCulture)));
        context.Principal = caller;
        return default;
    }

    private static ValueTask SignIn(HandleAuthorizationRequestContext context)
    {
        ClaimsPrincipal caller = Auditor();
        caller.SetScopes(context.Request.GetScopes()).SetResources("timebank");
        context.Principal = caller;
        return default;
    }

    private static ClaimsPrincipal Auditor()
    {
        var identity = new ClaimsIdentity("test");
        identity.SetClaim(OpenIddictConstants.Claims.Subject, "auditor-7").SetClaim(OpenIddictConstants.Claims.Name, Name)
            .SetClaim(CallerClaims.Role, "auditor").SetClaim(CallerClaims.Region, "430211");
        identity.SetDestinations(claim => claim.Type == OpenIddictConstants.Claims.Name
            ? [OpenIddictConstants.Destinations.IdentityToken] : [OpenIddictConstants.Destinations.AccessToken]);
        return new ClaimsPrincipal(identity);
    }
}
