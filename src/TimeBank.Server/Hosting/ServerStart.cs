using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>Starts a server. If that fails, tells the operator in one line what is wrong and what to do.</summary>
public static class ServerStart
{
    public const int CannotStart = 3;

    private const string Addresses = "Name addresses of this machine, and ports that its account may use.";

    /// <summary>
    /// Runs a server until the end signal. A signal during the start breaks the start off, as a crash would; no caller has been answered
    /// yet.
    /// </summary>
    public static async Task RunAsync(WebApplication server)
    {
        await using WebApplication running = server;
        try
        {
            await running.StartAsync();
        }
        catch (Exception error) when (running.Lifetime.ApplicationStopping.IsCancellationRequested && IsBrokenOff(error))
        {
            running.Logger.LogInformation("The server was told to end while it started, and ends.");
            return;
        }
        await running.WaitForShutdownAsync();
    }

    private static bool IsBrokenOff(Exception error) => error switch
    {
        AggregateException several => several.InnerExceptions.All(IsBrokenOff),
        OperationCanceledException or OrleansLifecycleCanceledException => true,
        _ => false,
    };

    /// <summary>The reason in one line; null for a bug, which must show its stack.</summary>
    public static string? Explain(Exception error) => Sentence(error)?.ReplaceLineEndings(" ").Trim();

    private static string? Sentence(Exception error) => error switch
    {
        AggregateException { InnerExceptions: [var only] } => Sentence(only),
        UnauthorizedAccessException => $"{error.Message} The account that runs the server, {Environment.UserName}, needs the right to it.",
        // Kestrel's message names the address.
        IOException { InnerException: SocketException or Microsoft.AspNetCore.Connections.AddressInUseException } =>
            $"{error.Message} Stop what listens there, or give TimeBank:Grpc, TimeBank:Http or TimeBank:Silo another port.",
        SocketException => $"The server can't listen at TimeBank:Grpc, TimeBank:Http or TimeBank:Silo: {error.Message}. {Addresses}",
        InvalidDataException => $"appsettings.json beside the program can't be read: {error.InnerException?.Message ?? error.Message}",
        InvalidOperationException or OrleansConfigurationException or SchemaMismatchException => error.Message,
        StorageUnavailableException or IOException => error.Message,
        _ => null,
    };
}

/// <summary>
/// The two listeners: gRPC over HTTP/2, and HTTP/1.1. With a certificate both use TLS, and off loopback they have one. Where configured, a
/// third one for operators.
/// </summary>
public static class ListenerSetup
{
    /// <summary>Refuses any further listener, which might lack TLS or be reachable from other machines.</summary>
    /// <exception cref="InvalidOperationException">The settings name other listeners, or a certificate that none would use.</exception>
    public static void RefuseOthers(IConfiguration configuration)
    {
        if (configuration.GetSection("Kestrel:Certificates").GetChildren().Any()) throw new InvalidOperationException(
            "Kestrel:Certificates: the listeners' certificate is TimeBank:CertificateFile; leave it out.");
        string[] others = [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint.Path)];
        if (others.Length == 0) return;
        throw new InvalidOperationException(
            $"{string.Join(", ", others)}: the server listens where TimeBank:Grpc and TimeBank:Http say, and there alone; leave it out.");
    }

    // PreferHostingUrls false: the host ignores addresses from other settings, such as ASPNETCORE_URLS.
    public static void UseTimeBankListeners(this IWebHostBuilder host, TimeBankOptions options, ServerCertificate? certificate) =>
        host.UseSetting(WebHostDefaults.PreferHostingUrlsKey, "false").ConfigureKestrel(kestrel => Listen(kestrel, options, certificate));

    private static void Listen(KestrelServerOptions kestrel, TimeBankOptions options, ServerCertificate? certificate)
    {
        kestrel.AddServerHeader = false;
        ILogger log = kestrel.ApplicationServices.GetRequiredService<ILogger<ServerCertificate>>();
        kestrel.Listen(options.GrpcEndPoint, listen => Speak(listen, HttpProtocols.Http2));
        kestrel.Listen(options.HttpEndPoint, listen => Speak(listen, HttpProtocols.Http1));
        kestrel.ListenForOperators(options.Telemetry);

        void Speak(ListenOptions listen, HttpProtocols protocol)
        {
            listen.Protocols = protocol;
            if (certificate is not null) listen.UseHttps((_, _, _, _) => ValueTask.FromResult(certificate.Server(log)), certificate);
        }
    }
}

/// <summary>Sets up whose tokens the server accepts: an OIDC issuer's, or the local issuer's.</summary>
public static class AuthenticationSetup
{
    /// <exception cref="InvalidOperationException">The issuer's address is not an https address.</exception>
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

    /// <summary>The issuer's published name and keys, read again from time to time and whenever a token's key is unknown.</summary>
    private static ConfigurationManager<OpenIdConnectConfiguration> Discovery(string authority)
    {
        if (!Uri.TryCreate(authority, UriKind.Absolute, out Uri? issuer) || issuer.Scheme != Uri.UriSchemeHttps)
        {
            throw new InvalidOperationException(
                $"TimeBank:Authority must be an https address, such as https://id.example.gov.cn, and not '{authority}'.");
        }
        return new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{authority.TrimEnd('/')}/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(),
                new HttpDocumentRetriever { RequireHttps = true })
        {
            // Else a key that the issuer has withdrawn, perhaps because it was stolen, would be good for another hour.
            UseLastKnownGoodConfiguration = false,
        };
    }
}
