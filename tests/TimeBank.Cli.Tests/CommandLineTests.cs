using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Xunit;

namespace TimeBank.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("hours")]
    [InlineData("no-such-command")]
    [InlineData("voucher", "redeem", "P7K2")]
    [InlineData("bill", "quote", "--place", "home")]
    [InlineData("voucher", "list", "--state", "lost")]
    [InlineData("hours", "gift", "A", "elders/B", "soon")]
    [InlineData("fund", "receive", "lottery", "1.234", "--day", "2026-10-01")]
    [InlineData("fund", "receive", "lottery", "1", "--day", "2026-02-30")]
    [InlineData("elders", "--limit", "0")]
    [InlineData("bank", "set", "main", "--holder", "演示基金", "--account", "6222000000001234567", "--bank", "演示银行")]
    [InlineData("bank", "show")]
    [InlineData("bank", "import", "main")]
    [InlineData("bank", "import", "main", "/no/such/file.csv")]
    [InlineData("bank", "lines", "main", "--state", "lost")]
    [InlineData("bank", "match", "main")]
    [InlineData("bank", "match", "main", "--line", "first")]
    [InlineData("bank", "unmatch", "main", "1")]
    [InlineData("bank", "exceptions", "main", "--age", "young")]
    [InlineData("bank", "assign", "main", "1")]
    [InlineData("bank", "resolve", "main", "1", "--kind", "magic", "--note", "x")]
    [InlineData("order", "check-in", "P7K2", "--at", "27.827,113.134")]
    [InlineData("order", "check-in", "P7K2", "--system", "wgs84")]
    [InlineData("order", "check-out", "P7K2", "--at", "27.827", "--system", "wgs84")]
    [InlineData("order", "check-out", "P7K2", "--at", "27.827,113.134", "--system", "bd09")]
    [InlineData("order", "home", "elders/P7K2")]
    [InlineData("order", "home", "elders/P7K2", "--at", "north,1e3", "--system", "gcj02")]
    [InlineData("order", "findings")]
    [InlineData("order", "review", "P7K2", "--outcome", "accepted")]
    [InlineData("payee")]
    [InlineData("payee", "set", "P7K2", "--holder", "演示食堂", "--account", "6222000000001234567", "--bank", "演示银行")]
    [InlineData("payee", "approve")]
    [InlineData("payee", "history", "P7K2", "--limit", "0")]
    [InlineData("statement", "nobody")]
    [InlineData("statement", "funds/lottery", "--month", "2026-10", "--from", "2026-10-01")]
    [InlineData("hours", "A", "--as", "king")]
    [InlineData("hours", "A", "--as", "counter:elders/B")]
    [InlineData("hours", "A", "--server", "ftp://somewhere")]
    [InlineData("hours", "A", "--deadline", "0")]
    [InlineData("token", "--role", "king")]
    [InlineData("notices", "import", "/no/such/file.csv", "--source", "x")]
    [InlineData("notices", "record", "P7K2", "gone", "--day", "2026-10-01")]
    [InlineData("outreach", "findings", "P7K2", "--kind", "lost")]
    [InlineData("elder", "pin", "reset", "P7K2")]
    [InlineData("elder", "pin", "reset", "P7K2", "--reason", "x")]
    [InlineData("elder", "pin", "set", "P7K2", "830412")]
    [InlineData("elder", "card", "bind", "P7K2")]
    [InlineData("voucher", "redeem", "0123456789AB", "--provider", "0123456789AB", "--item", "x", "--price", "1", "--pin")]
    public async Task What_can_not_be_right_ends_with_2(params string[] args)
    {
        var around = new TestEnvironment().With("TIMEBANK_TOKEN", "given").With("TIMEBANK_SERVER", ClosedPort());
        Assert.Equal(2, await around.RunAsync(args));
        Assert.NotEmpty(around.Error);
        Assert.Empty(around.Out);
    }

    [Fact]
    public async Task A_PIN_is_read_from_the_input_and_shown_nowhere()
    {
        var around = new TestEnvironment().With("TIMEBANK_TOKEN", "given").With("TIMEBANK_SERVER", ClosedPort());
        var lines = new Queue<string>(["830412"]);

        int code = await CommandLine.RunAsync(
            ["voucher", "redeem", "0123456789AB", "--provider", "0123456789AB", "--item", "x", "--price", "1", "--pin"],
            around.AsTool() with { ReadSecret = lines.Dequeue }, CancellationToken.None);

        Assert.Equal(3, code);
        Assert.Empty(lines);
        Assert.DoesNotContain("830412", around.Out + around.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_is_read_from_the_input_or_a_file_and_is_no_argument()
    {
        var around = new TestEnvironment().With("TIMEBANK_TOKEN", "given").With("TIMEBANK_SERVER", ClosedPort());
        var lines = new Queue<string>(["TBV1:SCANNED"]);
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "TBV1:KEPT\n");
        string[] redeem = ["voucher", "redeem", "0123456789AB", "--provider", "0123456789AB", "--item", "x", "--price", "1", "--code"];

        int asked = await RunAsync([.. redeem, "-", file]);
        int argument = await RunAsync([.. redeem, "TBV1:TYPED"]);
        File.Delete(file);

        // Both codes were read, and nobody was there to hear of them; the code itself names no file, and is not repeated.
        Assert.Equal((3, 2), (asked, argument));
        Assert.Empty(lines);
        string said = around.Out + around.Error;
        Assert.All((string[])["SCANNED", "KEPT", "TYPED"], part => Assert.DoesNotContain(part, said, StringComparison.Ordinal));
        return;

        Task<int> RunAsync(string[] line) =>
            CommandLine.RunAsync(line, around.AsTool() with { ReadSecret = lines.Dequeue }, CancellationToken.None);
    }

    [Theory]
    [InlineData("43")]
    [InlineData("abc")]
    [InlineData("000000")]
    [InlineData("")]
    public async Task What_is_no_region_ends_with_2_and_says_how_one_is_written(string region)
    {
        var around = new TestEnvironment().With("TIMEBANK_DATA", "/nowhere");
        Assert.Equal(2, await around.RunAsync("hours", "P7K2", "--region", region));
        Assert.Contains("write its six digits, such as 430211", around.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreachable_server_ends_with_3_and_says_how_to_start_it()
    {
        var around = new TestEnvironment().With("TIMEBANK_TOKEN", "given").With("TIMEBANK_SERVER", ClosedPort());
        Assert.Equal(3, await around.RunAsync("hours", "P7K2"));
        Assert.Contains("./timebank up", around.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreachable_server_leaves_the_request_id_to_try_again_with()
    {
        const string id = "018f3c1e-7a60-7c3b-9d52-0a4f1b2c3d4e";
        var around = new TestEnvironment().With("TIMEBANK_TOKEN", "given").With("TIMEBANK_SERVER", ClosedPort());
        Assert.Equal(3, await around.RunAsync("hours", "donate", "P7K2", "30m", "--request-id", id));
        Assert.Contains($"--request-id {id}", around.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_to_show_ends_with_4_in_the_language_asked_for()
    {
        var around = new TestEnvironment().With("TIMEBANK_DATA", "/nowhere");
        Assert.Equal(4, await around.RunAsync("hours", "P7K2", "--lang", "zh-CN"));
        Assert.Contains("令牌", around.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_for_scripts_are_json()
    {
        var around = new TestEnvironment().With("TIMEBANK_TOKEN", "given").With("TIMEBANK_SERVER", ClosedPort());
        Assert.Equal(3, await around.RunAsync("hours", "P7K2", "--json"));
        using JsonDocument document = JsonDocument.Parse(around.Error);
        JsonElement error = document.RootElement.GetProperty("error");
        Assert.Equal(["status", "reason", "message", "metadata", "fieldViolations"],
            error.EnumerateObject().Select(property => property.Name));
        Assert.Equal("UNAVAILABLE", error.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("en", "4 not allowed")]
    [InlineData("zh-CN", "4 无权办理")]
    public async Task Help_promises_the_exit_codes(string language, string promise)
    {
        var around = new TestEnvironment();
        Assert.Equal(0, await around.RunAsync("--help", "--lang", language));
        Assert.Contains(promise, around.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("timebank [command] [options]")]
    [InlineData("timebank fund receive <fund> <amount> [options]", "fund", "receive")]
    public async Task Usage_calls_the_tool_as_people_call_it(string usage, params string[] words)
    {
        var around = new TestEnvironment();
        Assert.Equal(0, await around.RunAsync([.. words, "--help", "--lang", "en"]));
        Assert.Contains(usage, around.Out.Split('\n').Select(line => line.Trim()));
    }

    [Fact]
    public async Task Every_command_explains_itself_in_both_languages()
    {
        foreach (string language in (string[])["en", "zh-CN"])
        {
            foreach (string[] path in Paths(CommandLine.Root(Language.English, new TestEnvironment().AsTool()), []))
            {
                var around = new TestEnvironment();
                Assert.Equal(0, await around.RunAsync([.. path, "--help", "--lang", language]));
                string description = around.Out.Split('\n')[1].Trim();
                Assert.True(description.Length > 0 && description.Any(letter => letter > 0x2E7F) == (language == "zh-CN"),
                    string.Join(' ', path));
            }
        }
    }

    private static IEnumerable<string[]> Paths(System.CommandLine.Command command, string[] path) =>
        command.Subcommands.SelectMany(sub => Paths(sub, [.. path, sub.Name]).Prepend([.. path, sub.Name]));

    /// <summary>A port on loopback on which no process listens.</summary>
    private static string ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return $"http://127.0.0.1:{port}";
    }
}
