using System.Diagnostics;
using Xunit;

namespace TimeBank.Cli.Tests;

/// <summary>The script at the root, without what it would build.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly DirectoryInfo _programs = Directory.CreateTempSubdirectory("timebank-script-tests-");

    [Theory]
    [InlineData("up", "--help")]
    [InlineData("test", "--help")]
    [InlineData("verify", "--help")]
    [InlineData("migrate", "--dry-run", "-h")]
    [InlineData("move", "--help")]
    [InlineData("bench", "--quick", "--help")]
    [InlineData("simulate", "--help")]
    [InlineData("chaos", "-h")]
    public async Task Help_of_a_word_is_its_part_of_the_usage_and_nothing_is_begun(params string[] words)
    {
        (int code, string output, _) = await RunAsync(words);

        Assert.Equal(0, code);
        Assert.Equal([$"./timebank {words[0]}"], output.Split('\n').Where(line => line.StartsWith("./timebank ", StringComparison.Ordinal))
            .Select(line => string.Join(' ', line.Split(' ')[..2])));
        Assert.Contains("\n    ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--grpc", "5391", "such as 127.0.0.1:5081, and not '5391'")]
    [InlineData("--grpc", "127.0.0.1", "such as 127.0.0.1:5081, and not '127.0.0.1'")]
    [InlineData("--http", "localhost:5080", "such as 127.0.0.1:5080, and not 'localhost:5080'")]
    [InlineData("--http", "0.0.0.0:5080", "of this machine")]
    [InlineData("--grpc", "127.0.0.1:70000", "of this machine")]
    [InlineData("--grpc", "127.0.0.1:5080", "--grpc and --http are both 127.0.0.1:5080")]
    [InlineData("--grpc", "", "--grpc needs a value")]
    [InlineData("--data", null, "--data needs a value")]
    [InlineData("--seed", "many", "--seed takes a whole number")]
    [InlineData("--until", "2026-13-20", "--until takes a day of the calendar, such as 2026-10-20, and not '2026-13-20'")]
    [InlineData("--until", "2026-02-29", "--until takes a day of the calendar")]
    [InlineData("--until", "tomorrow", "--until takes a day of the calendar")]
    public async Task A_wrong_value_of_up_is_named_before_anything_is_begun(string option, string? value, string said)
    {
        (int code, _, string errors) = await RunAsync(["up", option, .. value is null ? Array.Empty<string>() : [value]]);

        Assert.Equal(2, code);
        Assert.StartsWith("timebank: ", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_start_says_its_own_reason_alone_and_leaves_nothing_that_others_can_read()
    {
        string data = Path.Combine(_programs.FullName, "data"), log = Path.Combine(data, "server.log");
        foreach (string reason in (string[])["the first reason", "the second reason"])
        {
            string[] words = ["up", "--no-play", "--data", data, "--grpc", "127.0.0.1:1", "--http", "127.0.0.1:2"];
            (int code, _, string errors) = await RunAsync(words, reason);

            Assert.Equal(3, code);
            Assert.Equal($"timebank: {reason}", errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
            Assert.DoesNotContain(reason == "the second reason" ? "the first" : "the second", errors, StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(log));
            // As an older build left it.
            File.SetUnixFileMode(log, File.GetUnixFileMode(log) | UnixFileMode.OtherRead);
        }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data));
        Assert.Contains("the first reason", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        string file = Path.Combine(_programs.FullName, "file");
        await File.WriteAllTextAsync(file, "");

        (int code, _, string errors) = await RunAsync(["up", "--data", Path.Combine(file, "data")], "");

        Assert.Equal(1, code);
        Assert.Contains($"the folder {file}/data can't be made", errors, StringComparison.Ordinal);
    }

    public void Dispose() => _programs.Delete(recursive: true);

    /// <param name="reason">What the server says before it ends; null: whatever would be built or run ends at once.</param>
    private async Task<(int Code, string Output, string Errors)> RunAsync(string[] words, string? reason = null)
    {
        string dotnet = Path.Combine(_programs.FullName, "dotnet"), script = Path.Combine(_programs.FullName, "timebank");
        const string donors = "mkdir \"$TIMEBANK_DATA/stripe\"; echo http://127.0.0.1:3 > \"$TIMEBANK_DATA/stripe/address\"";
        string server = $"""
            case "$1 $2" in
                build*) exit 0 ;; *Server.dll*) echo 'timebank: {reason}'; exit 3 ;; *Demo*stripe) {donors} ;; *) exit 3 ;;
            esac
            """;
        await File.WriteAllTextAsync(dotnet, $"#!/bin/sh\n{(reason is null ? "exit 9" : server)}\n");
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // A copy has a folder of its own for what it builds.
        File.Copy(Script(), script, overwrite: true);
        using var run = new Process();
        run.StartInfo = new ProcessStartInfo("bash", [script, .. words]) { RedirectStandardOutput = true, RedirectStandardError = true };
        run.StartInfo.Environment["PATH"] = $"{_programs.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        run.Start();
        Task<string> output = run.StandardOutput.ReadToEndAsync(), errors = run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        return (run.ExitCode, await output, await errors);
    }

    private static string Script()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TimeBank.sln"))) folder = folder.Parent;
        return Path.Combine(folder!.FullName, "timebank");
    }
}
