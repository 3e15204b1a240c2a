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
    [InlineData("bench", "--quick", "--help")]
    [InlineData("simulate", "--help")]
    [InlineData("chaos", "-h")]
    public async Task Help_of_a_word_is_its_part_of_the_usage_and_nothing_is_begun(params string[] words)
    {
        (int code, string output) = await RunAsync(words);

        Assert.Equal(0, code);
        Assert.Equal([$"./timebank {words[0]}"], output.Split('\n').Where(line => line.StartsWith("./timebank ", StringComparison.Ordinal)).Select(line => string.Join(' ', line.Split(' ')[..2])));
        Assert.Contains("\n    ", output, StringComparison.Ordinal);
    }

    public void Dispose() => _programs.Delete(recursive: true);

    private async Task<(int Code, string Output)> RunAsync(string[] words)
    {
        // Whatever would be built or run ends here.
        string dotnet = Path.Combine(_programs.FullName, "dotnet");
        await File.WriteAllTextAsync(dotnet, "#!/bin/sh\nexit 9\n");
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var script = new Process { StartInfo = new ProcessStartInfo("bash", [Script(), .. words]) { RedirectStandardOutput = true } };
        script.StartInfo.Environment["PATH"] = $"{_programs.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        script.Start();
        string output = await script.StandardOutput.ReadToEndAsync();
        await script.WaitForExitAsync();
        return (script.ExitCode, output);
    }

    private static string Script()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TimeBank.sln"))) folder = folder.Parent;
        return Path.Combine(folder!.FullName, "timebank");
    }
}
