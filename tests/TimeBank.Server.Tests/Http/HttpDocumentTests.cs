using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The document of the addresses, against the rules that answer them.</summary>
public sealed partial class HttpDocumentTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task It_is_valid_and_served_to_everybody()
    {
        using var client = new HttpClient();
        using HttpResponseMessage answer = await client.GetAsync(new Uri(server.Http, HttpDocument.Path));
        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        string text = await answer.Content.ReadAsStringAsync();
        Assert.StartsWith("3.1", (string?)JsonNode.Parse(text)!["openapi"], StringComparison.Ordinal);
        ReadResult read = OpenApiDocument.Parse(text, "json");
        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Document!.Validate(ValidationRuleSet.GetDefaultRuleSet()));
    }

    [Fact]
    public async Task It_has_each_rule_with_its_comment_roles_and_patterns()
    {
        JsonObject paths = JsonNode.Parse(await HttpDocument.TextAsync())!["paths"]!.AsObject();
        foreach (HttpRule rule in HttpRule.All)
        {
            // The document names each part of a name; the rules have a star there.
            (_, JsonNode? item) = Assert.Single(paths, path => Parameter().Replace(path.Key, "*") == Stars(rule)
                && path.Value!.AsObject().ContainsKey(rule.Verb.ToLowerInvariant()));
            JsonNode operation = item![rule.Verb.ToLowerInvariant()]!;
            string description = (string)operation["description"]!;
            AccessRule access = AccessRules.Find(AccessRules.FullName(rule.Method))!;
            foreach (V1.Role role in access.Roles) Assert.Contains(CallerClaims.RoleName(role), description, StringComparison.Ordinal);
            Assert.True(((string)operation["summary"]!).Length > 10, $"{rule.Method.FullName} has no comment.");
            Assert.Equal(rule.HasBody, operation["requestBody"] is not null);
            int patterns = operation["parameters"]?.AsArray().Count(one => one!["schema"]!["pattern"] is not null) ?? 0;
            Assert.Equal(rule.Parts.Count(part => part[0] == '*'), patterns);
        }
        Assert.Equal(HttpRule.All.Length, paths.Sum(path => path.Value!.AsObject().Count));
    }

    [Fact]
    public async Task It_tells_reasons_and_the_form_of_numbers()
    {
        JsonNode document = JsonNode.Parse(await HttpDocument.TextAsync())!;
        JsonNode redeem = document["paths"]!["/v1/regions/{region}/vouchers/{voucher}:redeem"]!["post"]!;
        Assert.Contains("VOUCHER_EXPIRED", (string)redeem["description"]!, StringComparison.Ordinal);
        JsonObject body = redeem["requestBody"]!["content"]!["application/json"]!["schema"]!["properties"]!.AsObject();
        Assert.Equal((true, false), (body.ContainsKey("requestId"), body.ContainsKey("voucher")));
        JsonNode value = document["components"]!["schemas"]!["Amount"]!["properties"]!["value"]!;
        Assert.Equal(("string", "int64"), ((string?)value["type"], (string?)value["format"]));
    }

    private static string Stars(HttpRule rule) =>
        $"/{string.Join('/', rule.Parts.Select(part => part == "**" ? "*" : part))}{(rule.Custom.Length > 0 ? $":{rule.Custom}" : "")}";

    [GeneratedRegex(@"\{[A-Za-z]+\}")]
    private static partial Regex Parameter();
}
