using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A server whose tokens come from another program's issuer, found by its address alone.</summary>
public sealed class IdentityProviderTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-provider-").FullName;
    private IdentityProvider _provider = null!;
    private Process _server = null!;
    private GrpcChannel _channel = null!;
    private Uri _pages = null!;

    public async ValueTask InitializeAsync()
    {
        using X509Certificate2 certificate = SelfSigned();
        string trusted = Path.Combine(_data, "trusted.pem");
        await File.WriteAllTextAsync(trusted, certificate.ExportCertificatePem());
        _provider = await IdentityProvider.StartAsync(X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null));
        int grpc = Ports.Free(), http = Ports.Free();
        // The shell ends the server when its input ends, which happens however the tests end.
        var start = new ProcessStartInfo("sh", ["-c", "\"$@\" & read -r _; kill -KILL $!; wait", "sh", "dotnet",
            Path.Combine(AppContext.BaseDirectory, "TimeBank.Server.dll"), "--TimeBank:CallsPerSecond=0",
            $"--TimeBank:Data={_data}", $"--TimeBank:Grpc=127.0.0.1:{grpc}", $"--TimeBank:Http=127.0.0.1:{http}",
            $"--TimeBank:Authority={_provider.Address.GetLeftPart(UriPartial.Authority)}", "--Logging:LogLevel:Default=None"])
        {
            // What a machine trusts is read once, when a program starts: so the server is one of its own.
            Environment = { ["SSL_CERT_FILE"] = trusted }, RedirectStandardInput = true,
        };
        _server = Process.Start(start)!;
        _pages = new Uri($"http://127.0.0.1:{http}");
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{grpc}");
        await _channel.ConnectAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        _server.StandardInput.Close();
        await _server.WaitForExitAsync();
        _server.Dispose();
        await _provider.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Its_tokens_are_good_for_us_and_until_they_end_and_a_new_key_is_found_without_a_new_start()
    {
        string first = await _provider.TokenAsync();
        await ListAsync(first);
        await ListAsync(await _provider.TokenAsync("another-program")).IsRefusedAsync(Reason.Unauthenticated);
        await ListAsync(await _provider.TokenAsync(lives: TimeSpan.FromMinutes(-1))).IsRefusedAsync(Reason.Unauthenticated);
        string unused = await _provider.TokenAsync();

        _provider.ExchangeKey();
        await AcceptedAsync(await _provider.TokenAsync());

        // A token that was checked is remembered for minutes; one that was not is of a key that nobody publishes any more.
        await ListAsync(first);
        await ListAsync(unused).IsRefusedAsync(Reason.Unauthenticated);
    }

    [Fact]
    public async Task It_signs_in_to_the_pages_and_again_where_they_ask_for_it()
    {
        using HttpClient browser = Browser();
        HttpResponseMessage asked = await browser.GetAsync(new Uri(_pages, "/journal"));
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), (asked.StatusCode, Place(asked).AbsolutePath));
        HttpResponseMessage sent = await browser.GetAsync(Place(asked));
        Assert.Equal(new Uri(_provider.Address, "authorize"), new Uri(Place(sent).GetLeftPart(UriPartial.Path)));
        string asks = Asked(sent, "client_id", "response_type", "code_challenge_method", "scope");
        Assert.Equal("timebank-pages code S256 openid profile", asks);
        Assert.Equal($"{new Uri(_pages, "/signed-in")}", Asked(sent, "redirect_uri"));

        HttpResponseMessage answered = await browser.GetAsync(Place(sent));
        Uri back = Place(answered);
        // With a state that was changed, or in another browser, nobody is signed in.
        Uri changed = new($"{back}".Replace("state=", "state=x", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync(changed)).StatusCode);
        using (HttpClient other = Browser()) Assert.Equal(HttpStatusCode.BadRequest, (await other.GetAsync(back)).StatusCode);

        HttpResponseMessage signedIn = await browser.GetAsync(back);
        Assert.Equal((HttpStatusCode.Redirect, "/journal"), (signedIn.StatusCode, Place(signedIn).AbsolutePath));
        string session = Assert.Single(
            signedIn.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("session=", StringComparison.Ordinal));
        Assert.Contains("; samesite=lax; httponly", session, StringComparison.Ordinal);
        HttpResponseMessage page = await browser.GetAsync(Place(signedIn));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains(IdentityProvider.Name, WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync()), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(new Uri(_pages, "/redeem"))).StatusCode);
        // A code is good for one sign-in.
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync(back)).StatusCode);

        Assert.Equal("login 0", Asked(await browser.GetAsync(new Uri(_pages, "/sign-in?again=true")), "prompt", "max_age"));
    }

    /// <summary>Keeps cookies, and stays where it is sent away, so that each way is seen.</summary>
    private static HttpClient Browser() => new(new HttpClientHandler
    {
        AllowAutoRedirect = false,
        ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
    });

    /// <summary>Parameters of the address where an answer sends the browser.</summary>
    private static string Asked(HttpResponseMessage answer, params string[] names)
    {
        Dictionary<string, StringValues> all = QueryHelpers.ParseQuery(Place(answer).Query);
        return string.Join(' ', names.Select(name => all[name]));
    }

    private static Uri Place(HttpResponseMessage answer) => new(answer.RequestMessage!.RequestUri!, answer.Headers.Location!);

    /// <summary>
    /// Waits until a token of a new key is accepted. A token whose key is unknown has the keys read again, but beside the call: the first
    /// such calls are refused. Providers publish a key before they use it.
    /// </summary>
    private async Task AcceptedAsync(string token)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await ListAsync(token);
                return;
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.Unauthenticated
                && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20))
            {
                // Not read yet.
            }
        }
    }

    private AsyncUnaryCall<ListEntriesResponse> ListAsync(string token) => new LedgerService.LedgerServiceClient(
        new TokenInvoker(_channel.CreateCallInvoker(), token)).ListEntriesAsync(new ListEntriesRequest { Parent = "regions/430211" });

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=provider", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
