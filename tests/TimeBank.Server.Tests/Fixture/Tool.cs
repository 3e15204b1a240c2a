using System.Diagnostics;
using TimeBank.Cli;
using TimeBank.Demo;

namespace TimeBank.Server.Tests;

/// <summary>Runs the tool: in this process, since starting one takes longer than most commands do.</summary>
internal static class Tool
{
    /// <summary>Runs a command of the operators' tool.</summary>
    /// <param name="data">The server's data folder.</param>
    /// <param name="server">The server; null if none runs.</param>
    /// <param name="args">The command.</param>
    public static Task<(int Code, string Output, string Error)> RunAsync(string data, TestServer? server, params string[] args) =>
        RunAsync(Complete(data, server, args), more: null);

    /// <summary>Runs a command of the demonstration's tool.</summary>
    public static Task<(int Code, string Output, string Error)> RunDemoAsync(string data, TestServer server, params string[] args) =>
        RunAsync(Complete(data, server, args), make => [.. ScenarioCommands.Of(make), .. PlayCommand.Of(make)]);

    /// <summary>Starts a command of the operators' tool as a process, which goes on until it is told to end.</summary>
    public static Process Start(string data, TestServer server, params string[] args)
    {
        string tool = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory.Replace("tests/TimeBank.Server.Tests", "src/TimeBank.Cli", StringComparison.Ordinal), "timebank.dll"));
        return Process.Start(new ProcessStartInfo("dotnet", [tool, .. Complete(data, server, args)])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(
        string[] args, Func<CommandFactory, IEnumerable<System.CommandLine.Command>>? more)
    {
        using StringWriter output = new(), error = new();
        var environment = new ToolEnvironment(output, error, Environment.GetEnvironmentVariable, OutputIsTerminal: false);
        int code = await CommandLine.RunAsync(args, environment, CancellationToken.None, more);
        return (code, output.ToString(), error.ToString());
    }

    private static string[] Complete(string data, TestServer? server, string[] args)
    {
        string[] language = args.Contains("--lang") ? [] : ["--lang", "en"];
        string[] where = args.Contains("--server") ? [] : ["--server", $"{server?.Grpc ?? new Uri("http://127.0.0.1:1")}"];
        return [.. args, .. language, .. where, "--data", data, "--issuer", $"{server?.Http ?? new Uri("http://127.0.0.1:1")}"];
    }
}
