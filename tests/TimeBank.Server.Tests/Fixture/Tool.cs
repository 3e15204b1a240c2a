using System.Diagnostics;

namespace TimeBank.Server.Tests;

/// <summary>The tool as a process of its own.</summary>
internal static class Tool
{
    private static readonly string File =
        Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory.Replace("tests/TimeBank.Server.Tests", "src/TimeBank.Cli", StringComparison.Ordinal), "timebank.dll"));

    /// <param name="data">The server's data folder.</param>
    /// <param name="desk">The server; null: none is there.</param>
    /// <param name="args">The command.</param>
    public static async Task<(int Code, string Output, string Error)> RunAsync(string data, JournalDesk? desk, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] all = [File, .. args, "--lang", "en", "--data", data, "--server", $"{desk?.Grpc ?? new Uri("http://127.0.0.1:1")}",
            "--issuer", $"{desk?.Http ?? new Uri("http://127.0.0.1:1")}"];
        foreach (string arg in all) start.ArgumentList.Add(arg);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
