using System.Diagnostics;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary><c>timebank entry follow</c>, as a process of its own.</summary>
public sealed class FollowToolTests
{
    [Fact]
    public async Task It_prints_a_line_for_each_entry_and_goes_on_at_the_server_that_comes_back()
    {
        string data = Directory.CreateTempSubdirectory("timebank-follow-tool-tests-").FullName;
        TestServer first = await TestServer.StartAsync(data);
        Uri grpc = first.Grpc, http = first.Http;
        await first.WriteAsync(1);
        using Process tool = Tool.Start(data, first, "entry", "follow", "--json");
        Assert.StartsWith("{ \"name\": \"regions/430211/entries/0\",", await tool.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
        await first.WriteAsync(2);
        Assert.StartsWith("{ \"name\": \"regions/430211/entries/1\",", await tool.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);

        await first.DisposeAsync();
        Assert.Contains("going on from entry 2", await tool.StandardError.ReadLineAsync(), StringComparison.Ordinal);
        TestServer second = await TestServer.StartAsync(
            data, $"--TimeBank:Grpc={grpc.Authority}", $"--TimeBank:Http={http.Authority}");
        await second.WriteAsync(3);
        Assert.StartsWith("{ \"name\": \"regions/430211/entries/2\",", await tool.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);

        tool.Kill();
        await tool.WaitForExitAsync();
        await second.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Without_a_server_it_fails_at_once()
    {
        (int code, _, string error) = await Tool.RunAsync("nowhere", null, "entry", "follow", "--token", "x");
        Assert.Equal(3, code);
        Assert.Contains("Can't reach the server", error, StringComparison.Ordinal);
    }
}
