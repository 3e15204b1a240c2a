using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>What the listeners speak: TLS with a certificate that is renewed, or plain text on loopback behind a proxy.</summary>
public sealed class ListenerTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("timebank-listener-tests-");
    private readonly X509Certificate2 _root = Signed("root", null);
    private readonly FakeTimeProvider _time = new();

    private string CertificateFile => Path.Combine(_data.FullName, "tls.crt");

    private string KeyFile => Path.Combine(_data.FullName, "tls.key");

    [Fact]
    public async Task Both_listeners_show_the_certificate_with_its_chain_and_a_renewed_one_without_a_new_start()
    {
        using X509Certificate2 between = Signed("between", _root);
        string first = Write(between);
        await using WebApplication server = await StartAsync(
            $"--TimeBank:CertificateFile={CertificateFile}", $"--TimeBank:CertificateKeyFile={KeyFile}");
        var log = new RecordedLog(server.Services);
        Uri grpc = AddressesOf(server)[0], http = AddressesOf(server)[1];

        Assert.Equal(first, await ShownAsync(http));
        var trusting = new GrpcChannelOptions { HttpHandler = Handler(_ => { }), DisposeHttpClient = true };
        using (var channel = GrpcChannel.ForAddress(grpc, trusting))
        {
            HealthCheckResponse health = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest());
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        }
        // Whoever speaks plain text gets no answer.
        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://{http.Authority}/health")));

        await File.WriteAllTextAsync(CertificateFile, "half a certifi");
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(first, await ShownAsync(http));
        Assert.Contains(log.Lines, line => line.Contains("stays in use", StringComparison.Ordinal));

        string renewed = Write(between);
        Assert.Equal(first, await ShownAsync(http));
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(renewed, await ShownAsync(http));
        Assert.NotEqual(first, renewed);
    }

    [Fact]
    public void A_key_that_anybody_may_read_is_refused_and_one_for_a_group_is_not()
    {
        Write(_root);
        var options = new TimeBankOptions { CertificateFile = CertificateFile, CertificateKeyFile = KeyFile };
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.NotNull(ServerCertificate.Open(options, _time));

        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => ServerCertificate.Open(options, _time));
        Assert.Contains($"chmod o= {KeyFile}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "none.key", "TimeBank:CertificateFile and TimeBank:CertificateKeyFile belong together")]
    [InlineData("tls.crt", "", "TimeBank:CertificateFile and TimeBank:CertificateKeyFile belong together")]
    [InlineData("tls.crt", "none.key", "none.key")]
    [InlineData("tls.key", "tls.key", "must be a certificate, then its chain, and its private key")]
    [InlineData("tls.crt", "other.key", "must be a certificate, then its chain, and its private key")]
    public void Files_that_are_no_certificate_and_its_key_are_named(string certificate, string key, string said)
    {
        Write(_root);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(In("other.key"), other.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(In("other.key"), UnixFileMode.UserRead);

        Says(said, $"--TimeBank:CertificateFile={In(certificate)}", $"--TimeBank:CertificateKeyFile={In(key)}");

        string In(string file) => file.Length == 0 ? "" : Path.Combine(_data.FullName, file);
    }

    [Theory]
    [InlineData("Off loopback the server speaks TLS alone", "--TimeBank:Grpc=0.0.0.0:5081")]
    [InlineData("Off loopback the server speaks TLS alone", "--TimeBank:Http=192.0.2.1:5080")]
    [InlineData("TimeBank:ProxyEndsTls is for a proxy on this host", "--TimeBank:Http=192.0.2.1:5080", "--TimeBank:ProxyEndsTls=true")]
    [InlineData("TimeBank:ProxyEndsTls is for a proxy on this host",
        "--TimeBank:CertificateFile=a", "--TimeBank:CertificateKeyFile=b", "--TimeBank:ProxyEndsTls=true")]
    [InlineData("name an OIDC issuer", "--TimeBank:Authority=", "--TimeBank:ProxyEndsTls=true")]
    [InlineData("name an OIDC issuer", "--TimeBank:Authority=", "--TimeBank:CertificateFile=a", "--TimeBank:CertificateKeyFile=b")]
    [InlineData("checkpoint-keys.pem is missing", "--TimeBank:ProxyEndsTls=true")]
    [InlineData("TimeBank:CertificateFile; leave it out", "--Kestrel:Certificates:Default:Path=tls.pfx")]
    public void Plain_text_that_strangers_could_reach_is_refused(string said, params string[] settings) => Says(said, settings);

    [Fact]
    public async Task Behind_a_proxy_addresses_begin_with_https_cookies_are_secure_and_strangers_are_told_apart()
    {
        await using WebApplication server = await StartAsync("--TimeBank:ProxyEndsTls=true", "--TimeBank:CallsPerSecond=1");
        Uri[] addresses = AddressesOf(server);
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(addresses[1], "/orders"));
        request.Headers.Host = "bank.example";
        using HttpResponseMessage answer = await http.SendAsync(request);
        Assert.StartsWith("https://bank.example/", answer.Headers.Location?.OriginalString, StringComparison.Ordinal);

        using var channel = GrpcChannel.ForAddress(addresses[0]);
        var calls = new LedgerService.LedgerServiceClient(channel);
        Assert.Equal(StatusCode.Unauthenticated, await StatusAsync("192.0.2.1"));
        // Ten calls at once; on a slow machine some more.
        StatusCode last = StatusCode.OK;
        for (int call = 0; call < 100 && last != StatusCode.ResourceExhausted; call++) last = await StatusAsync("192.0.2.1");
        Assert.Equal(StatusCode.ResourceExhausted, last);
        Assert.Equal(StatusCode.Unauthenticated, await StatusAsync("192.0.2.2"));

        async Task<StatusCode> StatusAsync(string from) => (await Assert.ThrowsAsync<RpcException>(async () =>
            await calls.GetAccountAsync(new GetAccountRequest(), new Metadata { { "x-forwarded-for", $"10.9.9.9, {from}" } }))).StatusCode;
    }

    /// <summary>What one server of a cluster protects, a session or a form, another one opens, whichever made the key.</summary>
    [Fact]
    public async Task Servers_that_share_the_folder_of_page_keys_read_each_others_sessions()
    {
        string keys = Path.Combine(_data.FullName, "shared");
        await using TestServer first = await TestServer.StartAsync(Path.Combine(_data.FullName, "1"), $"--TimeBank:PageKeys={keys}"),
            second = await TestServer.StartAsync(Path.Combine(_data.FullName, "2"), $"--TimeBank:PageKeys={keys}"),
            stranger = await TestServer.StartAsync(Path.Combine(_data.FullName, "3"));

        string byFirst = Of(first).Protect("session"), bySecond = Of(second).Protect("form");

        Assert.Equal(("session", "form"), (Of(second).Unprotect(byFirst), Of(first).Unprotect(bySecond)));
        Assert.Throws<CryptographicException>(() => Of(stranger).Unprotect(byFirst));
        Assert.All(Directory.GetFiles(keys), file =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));

        static IDataProtector Of(TestServer server) =>
            server.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("session");
    }

    [Fact]
    public void Servers_of_a_cluster_are_given_the_key_of_page_tokens()
    {
        string file = Path.Combine(_data.FullName, "page-tokens");
        var cluster = new TimeBankOptions
        {
            Data = _data.FullName, Cluster = "district", Database = "Host=127.0.0.1", PageTokenKeyFile = file,
        };
        InvalidOperationException missing = Assert.Throws<InvalidOperationException>(() => PageTokenKey.Of(cluster));
        Assert.Contains($"openssl rand -hex 32 > {file}", missing.Message, StringComparison.Ordinal);

        byte[] made = PageTokenKey.Of(new TimeBankOptions { Data = _data.FullName, PageTokenKeyFile = file });
        Assert.Equal(made, PageTokenKey.Of(cluster));
    }

    public void Dispose()
    {
        _root.Dispose();
        _data.Delete(recursive: true);
    }

    private void Says(string words, params string[] settings)
    {
        string? said = ServerStart.Explain(Assert.ThrowsAny<Exception>(() => TimeBankServer.Build(Arguments(settings), _time)));
        Assert.Contains(words, said, StringComparison.Ordinal);
    }

    private async Task<WebApplication> StartAsync(params string[] settings)
    {
        using (VaultKeys.Open(new TimeBankOptions { Data = _data.FullName }, RandomNumberGenerator.GetBytes))
        using (CheckpointKeys.Open(new TimeBankOptions { Data = _data.FullName }))
        using (VoucherKeys.Open(new TimeBankOptions { Data = _data.FullName }))
        {
        }
        WebApplication server = TimeBankServer.Build(Arguments(settings), _time);
        await server.StartAsync();
        return server;
    }

    private string[] Arguments(string[] settings) =>
    [
        .. TestServer.Arguments(_data.FullName), "--TimeBank:Authority=https://issuer.example", "--Logging:LogLevel:TimeBank=Warning",
        .. settings,
    ];

    private static Uri[] AddressesOf(WebApplication server) => [.. server.Services.GetRequiredService<IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];

    /// <summary>The certificate that a new connection gets; it must lead to the root by what the server sends with it.</summary>
    private async Task<string> ShownAsync(Uri http)
    {
        string shown = "";
        using var client = new HttpClient(Handler(thumbprint => shown = thumbprint));
        using HttpResponseMessage answer = await client.GetAsync(new Uri(http, "/health"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return shown;
    }

    private SocketsHttpHandler Handler(Action<string> shown) => new()
    {
        SslOptions =
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { _root }, RevocationMode = X509RevocationMode.NoCheck,
            },
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            {
                shown(((X509Certificate2)certificate!).Thumbprint);
                return errors == SslPolicyErrors.None;
            },
        },
    };

    /// <summary>Writes a new certificate under an issuer, with the issuer's own after it, and its key.</summary>
    private string Write(X509Certificate2 issuer)
    {
        using X509Certificate2 leaf = Signed("localhost", issuer);
        File.WriteAllText(CertificateFile, $"{leaf.ExportCertificatePem()}\n{issuer.ExportCertificatePem()}\n");
        if (File.Exists(KeyFile)) File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(KeyFile, leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return leaf.Thumbprint;
    }

    private static X509Certificate2 Signed(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        bool isLeaf = name == "localhost";
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(!isLeaf, false, 0, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset from = TimeProvider.System.GetUtcNow().AddDays(-1), to = from.AddDays(30);
        if (issuer is null) return request.CreateSelfSigned(from, to);
        using X509Certificate2 signed = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
