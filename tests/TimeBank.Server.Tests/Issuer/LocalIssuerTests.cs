using System.Net;
using System.Text.Json;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class LocalIssuerTests(TestServer server)
{
    [Fact]
    public async Task A_token_from_the_endpoint_opens_what_its_role_may_do()
    {
        (HttpStatusCode status, JsonElement answer) =
            await PostAsync(("client_secret", server.IssuerSecret), ("role", "administrator"), ("region", "430211"));
        Assert.Equal(HttpStatusCode.OK, status);
        var client = new ScenarioService.ScenarioServiceClient(
            new TokenInvoker(server.Anonymous(), answer.GetProperty("access_token").GetString()!));
        Assert.NotNull((await client.GetScenarioAsync(new GetScenarioRequest())).Now);
    }

    [Theory]
    [InlineData("wrong", "administrator", "430211", "", HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData(null, "emperor", "430211", "", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData(null, "volunteer", "Tianyuan", "", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData(null, "volunteer", "430211", "me", HttpStatusCode.BadRequest, "invalid_request")]
    public async Task A_wrong_request_for_a_token_is_refused(string? secret, string role, string region, string party,
        HttpStatusCode status, string error)
    {
        (HttpStatusCode given, JsonElement answer) =
            await PostAsync(("client_secret", secret ?? server.IssuerSecret), ("role", role), ("region", region), ("party", party));
        Assert.Equal(status, given);
        Assert.Equal(error, answer.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Keys_are_published_without_their_secret_half()
    {
        using var http = new HttpClient();
        string keys = await http.GetStringAsync(new Uri(server.Http, "/jwks"));
        Assert.Contains("\"kty\":\"EC\"", keys, StringComparison.Ordinal);
        Assert.DoesNotContain("\"d\"", keys, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--TimeBank:Grpc=0.0.0.0:5081")]
    [InlineData("--TimeBank:Http=192.0.2.1:5080")]
    public void Off_loopback_the_server_refuses_to_start_with_the_local_issuer(string setting)
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => TimeBankServer.Build([setting]));
        Assert.Contains("loopback", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Kestrel:Endpoints:Other:Url=http://0.0.0.0:0", "Kestrel:Endpoints:Other")]
    [InlineData("--Kestrel:Endpoints:Other:Url=http://127.0.0.1:0", "Kestrel:Endpoints:Other")]
    [InlineData("--TimeBank:Silo=10.0.0.5:11111", "TimeBank:Silo")]
    public void Whatever_else_would_listen_is_refused(string setting, string named)
    {
        string data = Directory.CreateTempSubdirectory("timebank-issuer-").FullName;
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => TimeBankServer.Build(
            [.. TestServer.Arguments(data), "--TimeBank:Cluster=district", "--TimeBank:Database=Host=127.0.0.1", setting]));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(data));
        Directory.Delete(data);
    }

    [Theory]
    [InlineData("--urls=http://0.0.0.0:0")]
    [InlineData("--http_ports=0")]
    public async Task Addresses_of_the_hosts_own_settings_are_passed_over(string setting)
    {
        string data = Directory.CreateTempSubdirectory("timebank-issuer-").FullName;
        await using (TestServer server = await TestServer.StartAsync(data, setting, "--preferHostingUrls=true"))
        {
            Assert.Equal(["127.0.0.1", "127.0.0.1"], [server.Grpc.Host, server.Http.Host]);
            Assert.Equal(2, server.Listeners);
        }
        Directory.Delete(data, recursive: true);
    }

    [Theory]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("localhost:9", HttpStatusCode.OK)]
    [InlineData("LocalHost", HttpStatusCode.OK)]
    [InlineData("[::1]:5080", HttpStatusCode.OK)]
    [InlineData("127.1.2.3", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.evil.example:5080", HttpStatusCode.MisdirectedRequest)]
    [InlineData("0.0.0.0", HttpStatusCode.MisdirectedRequest)]
    [InlineData("10.0.0.5", HttpStatusCode.MisdirectedRequest)]
    public async Task A_foreign_name_gets_nothing(string host, HttpStatusCode status)
    {
        using var http = new HttpClient();
        foreach (string path in (string[])["/jwks", "/.well-known/openid-configuration"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Http, path)) { Headers = { Host = host } };
            using HttpResponseMessage answer = await http.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("local-issuer.pem", "")]
    [InlineData("local-issuer.pem", "garbage")]
    [InlineData("local-issuer.secret", "")]
    [InlineData("local-issuer.secret", "short")]
    [InlineData("page-tokens.key", "")]
    [InlineData("page-tokens.key", "no key")]
    public void A_key_file_that_holds_none_is_named_with_the_way_out(string file, string content)
    {
        string data = Directory.CreateTempSubdirectory("timebank-issuer-").FullName, path = Path.Combine(data, file);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        string? said = ServerStart.Explain(Assert.ThrowsAny<Exception>(() => TimeBankServer.Build(TestServer.Arguments(data))));

        Assert.StartsWith($"{path} holds no ", said, StringComparison.Ordinal);
        Assert.Contains("delete it", said, StringComparison.Ordinal);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public void Off_loopback_a_demonstrations_clock_is_refused()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => TimeBankServer.Build(
            ["--TimeBank:Grpc=0.0.0.0:5081", "--TimeBank:Authority=https://issuer.example",
                "--TimeBank:Scenario=2026-10-01T00:00:00+08:00"]));
        Assert.Contains("Scenario", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_that_others_may_read_is_refused()
    {
        string folder = Directory.CreateTempSubdirectory("timebank-issuer-").FullName;
        try
        {
            LocalIssuer.Open(folder).Dispose();
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "local-issuer.pem")));
            File.SetUnixFileMode(Path.Combine(folder, "local-issuer.pem"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
            Assert.Throws<InvalidOperationException>(() => LocalIssuer.Open(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_token_without_its_signature_is_refused()
    {
        string token = server.Token(Role.Administrator);
        string[] parts = token.Split('.');
        var client = new ScenarioService.ScenarioServiceClient(new TokenInvoker(server.Anonymous(), $"{parts[0]}.{parts[1]}."));
        await client.GetScenarioAsync(new GetScenarioRequest()).IsRefusedAsync(Reason.Unauthenticated);
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(params (string Key, string Value)[] fields)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(
            [new("grant_type", "client_credentials"), .. fields.Select(field => new KeyValuePair<string, string>(field.Key, field.Value))]);
        using HttpResponseMessage answer = await http.PostAsync(new Uri(server.Http, "/token"), form);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }
}
