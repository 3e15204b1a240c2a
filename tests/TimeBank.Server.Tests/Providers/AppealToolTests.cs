using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool's commands about a provider's standing, against a running server.</summary>
public sealed class AppealToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Fact]
    public async Task A_provider_appeals_and_is_answered_by_the_tool()
    {
        await using TestServer server = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");
        async Task<string> RunAsync(int expected, params string[] args)
        {
            (int code, string output, string error) = await Tool.RunAsync(_data, server, [.. args, "--lang", "en"]);
            Assert.True(code == expected, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
            return output + error;
        }
        string provider = (await new Desk(server).ProviderAsync(ServiceType.Meal)).Split('/')[^1];
        await RunAsync(0, "provider", "standing", provider, "suspended", "--note", "missing receipts");

        await RunAsync(2, "provider", "appeal", provider, "first", "--note", "all here");
        Assert.Contains("waiting for an answer: all here",
            await RunAsync(0, "provider", "appeal", provider, "1", "--note", "all here", "--dry-run"), StringComparison.Ordinal);
        await RunAsync(0, "provider", "appeal", provider, "1", "--note", "all here");
        Assert.Contains("STANDING_APPEALED", await RunAsync(1, "provider", "appeal", provider, "1", "--note", "again"),
            StringComparison.Ordinal);
        Assert.Contains(provider, await RunAsync(0, "providers", "--open-appeals"), StringComparison.Ordinal);
        await RunAsync(4, "provider", "answer-appeal", provider, "1", "--uphold", "--note", "seen", "--as", "finance-checker");
        string upheld = await RunAsync(0, "provider", "answer-appeal", provider, "1", "--uphold", "--note", "seen");

        Assert.DoesNotContain(provider, await RunAsync(0, "providers", "--open-appeals"), StringComparison.Ordinal);
        foreach (string part in (string[])["upheld: all here", "administrator: seen"])
            Assert.Contains(part, upheld, StringComparison.Ordinal);
        Assert.DoesNotContain("suspended missing receipts", upheld, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
