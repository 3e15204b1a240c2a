using System.Net;
using System.Text.Json;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class LocalIssuerTests(TestServer server)
{
    [Fact]
    public async Task A_token_from_the_endpoint_opens_what_its_role_may_do()
    {
        (HttpStatusCode status, JsonElement answer) = await PostAsync(("client_secret", server.IssuerSecret), ("role", "administrator"), ("region", "430211"));
        Assert.Equal(HttpStatusCode.OK, status);
        var client = new ScenarioService.ScenarioServiceClient(new TokenInvoker(server.Anonymous(), answer.GetProperty("access_token").GetString()!));
        Assert.NotNull((await client.GetScenarioAsync(new GetScenarioRequest())).Now);
    }

    [Theory]
    [InlineData("wrong", "administrator", "430211", "", HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData(null, "emperor", "430211", "", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData(null, "volunteer", "Tianyuan", "", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData(null, "volunteer", "430211", "me", HttpStatusCode.BadRequest, "invalid_request")]
    public async Task A_wrong_request_for_a_token_is_refused(string? secret, string role, string region, string party, HttpStatusCode status, string error)
    {
        (HttpStatusCode given, JsonElement answer) = await PostAsync(("client_secret", secret ?? server.IssuerSecret), ("role", role), ("region", region), ("party", party));
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

    [Fact]
    public void Off_loopback_a_demonstrations_clock_is_refused()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => TimeBankServer.Build(
            ["--TimeBank:Grpc=0.0.0.0:5081", "--TimeBank:Authority=https://issuer.example", "--TimeBank:Scenario=2026-10-01T00:00:00+08:00"]));
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
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), .. fields.Select(field => new KeyValuePair<string, string>(field.Key, field.Value))]);
        using HttpResponseMessage answer = await http.PostAsync(new Uri(server.Http, "/token"), form);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }
}
