using System.Text.Json;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool's <c>payee</c> commands against a running server.</summary>
public sealed class PayeeToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Theory]
    [InlineData("en", "waits for approval", "approved, not in force yet", "in force")]
    [InlineData("zh-CN", "待审核", "已审核，待生效", "生效中")]
    public async Task An_account_is_set_approved_shown_and_replaced(string language, params string[] states)
    {
        await using TestServer server = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");
        async Task<string> RunAsync(int expected, params string[] args)
        {
            (int code, string output, string error) = await Tool.RunAsync(_data, server, [.. args, "--lang", language]);
            Assert.True(code == expected, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
            Assert.DoesNotContain("6222000000001234567", output + error, StringComparison.Ordinal);
            return output + error;
        }
        string Name(string json) => JsonDocument.Parse(json).RootElement.GetProperty("name").GetString()!;
        string[] account = ["--holder", "演示食堂", "--account", "6222-0000-0000-1234-567", "--bank", "演示银行", "--code", "313551088886"];
        string provider = Name(await RunAsync(0, "provider", "register", "--name", "演示食堂", "--service", "meal", "--from", "2026-01-01",
            "--to", "2026-12-31", "--json"));

        Assert.Contains("PAYEE_NOT_FOUND", await RunAsync(1, "payee", "show", provider), StringComparison.Ordinal);
        string change = Name(await RunAsync(0, ["payee", "set", provider, .. account, "--json"]));
        Assert.Contains(states[0], await RunAsync(0, "payee", "show", provider), StringComparison.Ordinal);
        Assert.Contains("BANK_CODE_CHECK_DIGIT", await RunAsync(2, ["payee", "set", provider, .. account[..^1], "313551088880", "--json"]),
            StringComparison.Ordinal);
        Assert.Contains("PAYEE_NUMBER_DIFFERS", await RunAsync(1, "payee", "approve", change, "--account", "6222000000001234568"),
            StringComparison.Ordinal);
        string approved = await RunAsync(0, "payee", "approve", change.Split("/providers/")[1]);
        Assert.Contains(states[1], approved, StringComparison.Ordinal);
        Assert.Contains("****4567", approved, StringComparison.Ordinal);
        await Tool.RunDemoAsync(_data, server, "scenario", "advance", "2026-10-02 08:00");
        Assert.Contains(states[2], await RunAsync(0, "payee", "show", provider), StringComparison.Ordinal);
        Assert.Contains("PAYEE_CHANGE_IN_FORCE", await RunAsync(1, "payee", "withdraw", change), StringComparison.Ordinal);
        Assert.Contains("****4567", await RunAsync(0, "payee", "history", provider), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
