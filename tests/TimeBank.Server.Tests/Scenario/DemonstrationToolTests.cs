using System.Text.Json;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool against a demonstration in which no month was played yet.</summary>
public sealed class DemonstrationToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Theory]
    [InlineData("en", "No month was played here")]
    [InlineData("zh-CN", "这里没有演过演示月份")]
    public async Task Figures_of_no_month_say_that_none_was_played(string language, string said)
    {
        await using TestServer server = await StartAsync();
        (int code, string output, string error) = await Tool.RunDemoAsync(_data, server, "figures", "--lang", language);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_stands_later_says_so()
    {
        await using TestServer server = await StartAsync();
        (int code, _, string error) = await Tool.RunDemoAsync(_data, server, "scenario", "advance", "2026-10-02 09:00");
        Assert.Equal((0, ""), (code, error));
        (code, string output, error) = await Tool.RunDemoAsync(_data, server, "scenario", "advance", "2026-10-01 09:00");
        Assert.Equal(0, code);
        Assert.Contains("2026-10-02 09:00:00", output, StringComparison.Ordinal);
        Assert.Contains("The clock already stands later than 2026-10-01 09:00:00, and never goes back.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_only_tried_names_an_order_only_where_its_request_id_is_given()
    {
        await using TestServer server = await StartAsync();
        string elder = await MadeAsync(server, "elder", "register", "--name", "演示", "--born", "1940-01-31", "--difficulty", "lives-alone",
            "--difficulty", "empty-nest");
        await MadeAsync(server, "hours", "issue", "--month", "2026-10");
        string[] request = ["order", "request", elder, "--item", "companionship", "--start", "2026-10-01 09:00", "--length", "1h"],
            id = ["--request-id", "0192b6a0-0000-7000-8000-000000000001"];

        Assert.Equal("", await MadeAsync(server, [.. request, "--dry-run"]));
        string tried = await MadeAsync(server, [.. request, .. id, "--dry-run"]);
        Assert.NotEmpty(tried);
        Assert.Equal(tried, await MadeAsync(server, [.. request, .. id]));
    }

    [Fact]
    public async Task An_assessment_keeps_the_difficulties_where_none_is_given()
    {
        await using TestServer server = await StartAsync();
        string elder = await MadeAsync(server, "elder", "register", "--name", "演示", "--born", "1940-01-31", "--difficulty", "lives-alone");
        string[] assess = ["elder", "assess", elder, "--score", "40", "--day", "2026-10-01"];

        (_, string kept, _) = await Tool.RunAsync(_data, server, assess);
        Assert.Contains("lives alone", kept, StringComparison.Ordinal);
        (_, string replaced, _) = await Tool.RunAsync(_data, server, [.. assess, "--difficulty", "empty-nest", "--json"]);
        Assert.Equal(["DIFFICULTY_EMPTY_NEST"],
            JsonDocument.Parse(replaced).RootElement.GetProperty("difficulties").EnumerateArray().Select(one => one.GetString()));
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private Task<TestServer> StartAsync() => TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");

    /// <summary>The id of the resource that a command made; empty if its output names none.</summary>
    private async Task<string> MadeAsync(TestServer server, params string[] args)
    {
        (int code, string output, string error) = await Tool.RunAsync(_data, server, [.. args, "--json"]);
        Assert.True(code == 0, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
        return JsonDocument.Parse(output).RootElement.TryGetProperty("name", out JsonElement name) ? name.GetString()!.Split('/')[^1] : "";
    }
}
