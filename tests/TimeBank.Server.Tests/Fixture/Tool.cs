using System.Diagnostics;

namespace TimeBank.Server.Tests;

/// <summary>Runs the tool as a process.</summary>
internal static class Tool
{
    private static readonly string Operators = Built("TimeBank.Cli", "timebank.dll"),
        Demonstration = Built("TimeBank.Demo", "timebank-demo.dll");

    /// <summary>Runs a command of the operators' tool.</summary>
    /// <param name="data">The server's data folder.</param>
    /// <param name="server">The server; null if none runs.</param>
    /// <param name="args">The command.</param>
    public static Task<(int Code, string Output, string Error)> RunAsync(string data, TestServer? server, params string[] args) =>
        RunAsync(Operators, data, server, args);

    /// <summary>Runs a command of the demonstration's tool.</summary>
    public static Task<(int Code, string Output, string Error)> RunDemoAsync(string data, TestServer server, params string[] args) =>
        RunAsync(Demonstration, data, server, args);

    /// <summary>Starts a command of the operators' tool that goes on until it is told to end.</summary>
    public static Process Start(string data, TestServer server, params string[] args) => Start(Operators, data, server, args);

    private static async Task<(int Code, string Output, string Error)> RunAsync(string file, string data, TestServer? server, string[] args)
    {
        using Process process = Start(file, data, server, args);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    private static Process Start(string file, string data, TestServer? server, string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] language = args.Contains("--lang") ? [] : ["--lang", "en"];
        string[] where = args.Contains("--server") ? [] : ["--server", $"{server?.Grpc ?? new Uri("http://127.0.0.1:1")}"];
        string[] all = [file, .. args, .. language, .. where, "--data", data,
            "--issuer", $"{server?.Http ?? new Uri("http://127.0.0.1:1")}"];
        foreach (string arg in all) start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }

    private static string Built(string project, string file) => Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory.Replace("tests/TimeBank.Server.Tests", $"src/{project}", StringComparison.Ordinal), file));
}
