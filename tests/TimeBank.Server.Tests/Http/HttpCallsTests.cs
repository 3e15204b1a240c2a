using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The contract as JSON over HTTP: the same rules, and nothing that it does not know.</summary>
public sealed class HttpCallsTests(TestServer server) : IClassFixture<TestServer>, IDisposable
{
    private const string Voucher = "regions/430211/vouchers/0123456789AB";

    private readonly Desk _desk = new(server);
    private readonly HttpClient _client = new();

    public void Dispose() => _client.Dispose();

    public static TheoryData<string, string> Addresses
    {
        get
        {
            var addresses = new TheoryData<string, string>();
            foreach (HttpRule rule in HttpRule.All) addresses.Add(rule.Verb, Sample(rule));
            return addresses;
        }
    }

    [Fact]
    public void Every_RPC_that_takes_one_request_has_an_address() => Assert.Empty(AccessRules.Methods()
        .Where(method => !method.IsClientStreaming && HttpRule.All.All(rule => rule.Method != method)).Select(AccessRules.FullName));

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task An_address_leads_to_its_RPC_alone_and_asks_for_a_token(string verb, string address)
    {
        HttpRule[] found = [.. HttpRule.Find(address).Select(one => one.Rule).Where(rule => rule.Verb == verb)];
        Assert.Equal(address, Sample(Assert.Single(found)));
        (HttpStatusCode status, JsonNode answer) = await SendAsync(verb, address, verb == "POST" ? "{}" : null, token: "");
        // Without a body some public ones lack a field and some have all that they need.
        if (AccessRules.Find(AccessRules.FullName(found[0].Method))!.IsPublic)
        {
            Assert.True(status is HttpStatusCode.BadRequest or HttpStatusCode.OK, $"{status}");
            return;
        }
        Assert.Equal((HttpStatusCode.Unauthorized, "UNAUTHENTICATED"), (status, Reason(answer)));
    }

    [Fact]
    public async Task A_voucher_is_redeemed_once_over_HTTP_and_gRPC_together()
    {
        (string voucher, string provider) = await VoucherAsync();
        string id = Desk.Id(), clerk = server.Token(Role.ProviderClerk, provider);
        var body = new JsonObject
        {
            ["requestId"] = id, ["provider"] = provider, ["item"] = "meal-canteen", ["quantity"] = 1,
            ["price"] = new JsonObject { ["value"] = "1000", ["unit"] = "CNY" }, ["memo"] = "小票 8",
        };
        (HttpStatusCode status, JsonNode answer) = await SendAsync("POST", $"/v1/{voucher}:redeem", body.ToJsonString(), clerk);
        Assert.Equal(HttpStatusCode.OK, status);
        RedeemVoucherRequest same = _desk.Lunch(voucher, provider);
        same.RequestId = id;
        RedeemVoucherResponse again = await _desk.Clerk(provider).RedeemVoucherAsync(same);
        Assert.Equal(again.Redemption.Name, (string?)answer["redemption"]!["name"]);
        // 64-bit numbers are texts, and what is zero is there.
        Assert.Equal("9", (string?)answer["remaining"]!["value"]);
        (_, JsonNode read) = await SendAsync("GET", $"/v1/{voucher}", null, server.Token(Role.Counter));
        Assert.Equal("9", (string?)read["remaining"]!["value"]);
        // The other spelling of the fields.
        (status, _) = await SendAsync("POST", $"/v1/{voucher}:redeem", body.ToJsonString().Replace("requestId", "request_id"), clerk);
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Theory]
    [InlineData("{\"validateOnyl\": true}", "validateOnyl", "UNKNOWN_FIELD")]
    [InlineData("{\"price\": {\"valeu\": 5}}", "price.valeu", "UNKNOWN_FIELD")]
    [InlineData("{\"quantity\": \"many\"}", "quantity", "NOT_OF_ITS_KIND")]
    [InlineData("{\"item\": 5}", "item", "NOT_OF_ITS_KIND")]
    [InlineData("{\"validateOnly\": \"yes\"}", "validate_only", "NOT_OF_ITS_KIND")]
    [InlineData("{\"price\": {\"value\": 5.5}}", "price.value", "NOT_OF_ITS_KIND")]
    [InlineData("{\"price\": {\"value\": 9223372036854775808}}", "price.value", "NOT_OF_ITS_KIND")]
    [InlineData("{\"place\": \"SERVICE_PLACE_MOON\"}", "place", "NOT_OF_ITS_KIND")]
    [InlineData("{\"voucher\": \"regions/430211/vouchers/0123456789AB\"}", "voucher", "GIVEN_BY_ADDRESS")]
    public async Task A_wrong_field_is_refused_by_name(string body, string field, string violation)
    {
        (HttpStatusCode status, JsonNode answer) = await SendAsync("POST", $"/v1/{Voucher}:redeem", body, server.Token(Role.Counter));
        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_FIELD"), (status, Reason(answer)));
        JsonNode place = Detail(answer, "BadRequest")["fieldViolations"]![0]!;
        Assert.Equal(field, (string?)place["field"]);
        Assert.StartsWith($"{violation}: ", (string?)place["description"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("\"9007199254740993\"")]
    public void A_number_that_no_double_holds_stays_exact(string number)
    {
        (HttpRule rule, string value) = HttpRule.Find($"/v1/{Voucher}:redeem").Single();
        byte[] body = Encoding.UTF8.GetBytes($"{{\"price\": {{\"value\": {number}}}}}");
        var request = (RedeemVoucherRequest)JsonRequest.Read(rule, value, Microsoft.AspNetCore.Http.QueryCollection.Empty, body);
        Assert.Equal((9_007_199_254_740_993, Voucher), (request.Price.Value, request.Voucher));
    }

    [Theory]
    [InlineData("?pageSiez=5", "pageSiez", "UNKNOWN_FIELD")]
    [InlineData("?pageSize=5&pageSize=6", "pageSize", "REPEATED")]
    [InlineData("?pageSize=5&page_size=6", "page_size", "REPEATED")]
    [InlineData("?pageSize=many", "page_size", "NOT_OF_ITS_KIND")]
    [InlineData("?period.firstDay.yaer=2026", "period.firstDay.yaer", "UNKNOWN_FIELD")]
    [InlineData("?parent=regions/430203", "parent", "GIVEN_BY_ADDRESS")]
    public async Task A_wrong_parameter_is_refused_by_name(string query, string field, string violation)
    {
        (HttpStatusCode status, JsonNode answer) = await SendAsync(
            "GET", $"/v1/regions/430211/entries{query}", null, server.Token(Role.Auditor));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        JsonNode place = Detail(answer, "BadRequest")["fieldViolations"]![0]!;
        Assert.Equal(field, (string?)place["field"]);
        Assert.StartsWith($"{violation}: ", (string?)place["description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_reach_into_messages()
    {
        await VoucherAsync();
        string auditor = server.Token(Role.Auditor);
        const string day = "period.firstDay.year=2026&period.firstDay.month=10&period.firstDay.day=1";
        (HttpStatusCode status, JsonNode all) = await SendAsync("GET", $"/v1/regions/430211/entries?{day}&"
            + "period.last_day.year=2026&period.last_day.month=10&period.last_day.day=1&newest_first=true&page_size=2", null, auditor);
        Assert.Equal((HttpStatusCode.OK, 2), (status, all["entries"]!.AsArray().Count));
        // A name of several parts, and a verb after it.
        (status, JsonNode account) = await SendAsync("GET", "/v1/regions/430211/accounts/fund/lottery/available", null, auditor);
        Assert.Equal((HttpStatusCode.OK, "regions/430211/accounts/fund/lottery/available"), (status, (string?)account["name"]));
        (status, JsonNode postings) = await SendAsync(
            "GET", "/v1/regions/430211/accounts/fund/lottery/available:listPostings?pageSize=1", null, auditor);
        Assert.Equal((HttpStatusCode.OK, 1), (status, postings["postings"]!.AsArray().Count));
    }

    [Fact]
    public async Task A_stream_ends_with_a_line_that_says_that_it_is_whole()
    {
        (string _, string _, string programme) = await ProgrammeAsync();
        using HttpRequestMessage request = Request("POST", $"/v1/{programme}:issueVouchers", new JsonObject
        {
            ["requestId"] = Desk.Id(), ["month"] = new JsonObject { ["year"] = 2026, ["month"] = 10 },
        }.ToJsonString(), server.Token(Role.FinanceMaker));
        using HttpResponseMessage answer = await _client.SendAsync(request);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        string[] lines = (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        Assert.NotNull(JsonNode.Parse(lines[^2])!["result"]!["changed"]);
        Assert.True((bool?)JsonNode.Parse(lines[^1])!["whole"]);
        // Refused before its first message: an error like any other.
        using HttpRequestMessage wrong = Request("POST", $"/v1/{programme}:issueVouchers", "{}", server.Token(Role.FinanceMaker));
        Assert.Equal(HttpStatusCode.BadRequest, (await _client.SendAsync(wrong)).StatusCode);
    }

    [Theory]
    [InlineData("GET", "/v1/regions/430211/vouchers/0123456789AB/nothing", 404, "ADDRESS_UNKNOWN")]
    [InlineData("GET", "/v1/regions/430211/vouchers/0123456789AB:redeem", 405, "")]
    [InlineData("DELETE", "/v1/regions/430211/vouchers/0123456789AB", 405, "")]
    [InlineData("GET", "/v1/regions%2F430211%2Fvouchers/0123456789AB", 404, "ADDRESS_UNKNOWN")]
    [InlineData("GET", "/v1/regions/430211/vouchers/..%2F..%2Fentries", 400, "INVALID_FIELD")]
    [InlineData("GET", "/v1/regions/430211/vouchers/0123456789AB", 404, "VOUCHER_NOT_FOUND")]
    [InlineData("GET", "/v1/regions/430203/vouchers/0123456789AB", 403, "REGION_NOT_ALLOWED")]
    [InlineData("GET", "/v1/regions/430211/entries", 403, "ROLE_NOT_ALLOWED")]
    public async Task A_wrong_address_is_answered_as_such(string verb, string address, int status, string reason)
    {
        using HttpRequestMessage request = Request(verb, address, null, server.Token(Role.Counter));
        using HttpResponseMessage answer = await _client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        if (reason.Length > 0) Assert.Equal(reason, Reason(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!));
        else Assert.NotEmpty(answer.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("{", "application/json", 400, "MESSAGE_UNREADABLE")]
    [InlineData("[]", "application/json", 400, "MESSAGE_UNREADABLE")]
    [InlineData("{\"item\": \"a\", \"item\": \"b\"}", "application/json", 400, "MESSAGE_UNREADABLE")]
    [InlineData("{}", "text/plain", 415, "NOT_JSON")]
    [InlineData("item=meal", "application/x-www-form-urlencoded", 415, "NOT_JSON")]
    public async Task A_wrong_body_is_answered_as_such(string body, string type, int status, string reason)
    {
        using HttpRequestMessage request = Request("POST", $"/v1/{Voucher}:redeem", null, server.Token(Role.Counter));
        request.Content = new StringContent(body, Encoding.UTF8, type);
        using HttpResponseMessage answer = await _client.SendAsync(request);
        Assert.Equal((status, reason), ((int)answer.StatusCode, Reason(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!)));
    }

    [Fact]
    public async Task Ten_megabytes_are_not_read()
    {
        (HttpStatusCode status, JsonNode answer) = await SendAsync(
            "POST", $"/v1/{Voucher}:redeem", $"{{\"memo\": \"{new string('a', 10 << 20)}\"}}", server.Token(Role.Counter));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "MESSAGE_TOO_LARGE"), (status, Reason(answer)));
    }

    [Fact]
    public async Task No_cookie_stands_for_a_token()
    {
        using HttpRequestMessage request = Request("GET", $"/v1/{Voucher}", null, "");
        request.Headers.Add("Cookie", $"session={server.Token(Role.Counter)}");
        using HttpResponseMessage answer = await _client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task A_browsers_gRPC_reaches_the_pages_listener_and_no_other_site()
    {
        using var handler = new GrpcWebHandler(new HttpClientHandler());
        using GrpcChannel channel = GrpcChannel.ForAddress(
            server.Http, new GrpcChannelOptions { HttpHandler = handler, HttpVersion = HttpVersion.Version11 });
        var asked = new ListEldersRequest { Parent = _desk.Region };
        var elders = new ElderService.ElderServiceClient(new TokenInvoker(channel.CreateCallInvoker(), server.Token(Role.Counter)));
        await elders.ListEldersAsync(asked);
        var nobody = new ElderService.ElderServiceClient(channel);
        await nobody.ListEldersAsync(asked).IsRefusedAsync(Ledger.Reason.Unauthenticated);

        using HttpRequestMessage preflight = Request("OPTIONS", "/timebank.v1.ElderService/ListElders", null, "");
        preflight.Headers.Add("Origin", "https://evil.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        using HttpResponseMessage answer = await _client.SendAsync(preflight);
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> SendAsync(string verb, string address, string? body, string token)
    {
        using HttpRequestMessage request = Request(verb, address, body, token);
        using HttpResponseMessage answer = await _client.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private HttpRequestMessage Request(string verb, string address, string? body, string token)
    {
        // As a text, because Uri would unescape parts of it.
        var request = new HttpRequestMessage(new HttpMethod(verb), new Uri($"{server.Http.ToString().TrimEnd('/')}{address}"));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (token.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private async Task<(string Voucher, string Provider)> VoucherAsync()
    {
        (string elder, string provider, string programme) = await ProgrammeAsync();
        await _desk.IssueAsync(programme);
        return ((await _desk.VoucherOfAsync(elder, programme)).Name, provider);
    }

    private async Task<(string Elder, string Provider, string Programme)> ProgrammeAsync()
    {
        string elder = await _desk.RegisterElderAsync(), id = $"meals-{Desk.Id()[19..]}";
        string fund = $"{_desk.Region}/funds/lottery";
        try
        {
            await _desk.FundAsync("lottery", 10_000_000);
        }
        catch (Grpc.Core.RpcException error) when (error.StatusCode == Grpc.Core.StatusCode.AlreadyExists)
        {
            // Another test of this class made it.
        }
        return (elder, await _desk.ProviderAsync(ServiceType.Meal), await _desk.FundedAsync(_desk.Meals(id), (fund, 500_000)));
    }

    private static string Sample(HttpRule rule)
    {
        string[] parts = [.. rule.Parts.Select((part, i) => part switch
        {
            "*" when i > 0 && rule.Parts[i - 1] == "regions" => "430211",
            "*" => "0123456789AB",
            "**" => "fund/lottery",
            _ => part,
        })];
        return $"/{string.Join('/', parts)}{(rule.Custom.Length > 0 ? $":{rule.Custom}" : "")}";
    }

    private static string? Reason(JsonNode answer) => (string?)Detail(answer, "ErrorInfo")["reason"];

    private static JsonNode Detail(JsonNode answer, string type) => answer["error"]!["details"]!.AsArray()
        .Single(detail => ((string?)detail!["@type"])!.EndsWith($".{type}", StringComparison.Ordinal))!;
}
