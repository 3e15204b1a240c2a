using System.Diagnostics;

namespace TimeBank.Chaos.Machines;

/// <summary>The server of an older build, published from its checkout into a folder of its own.</summary>
internal sealed class OlderBuild : IDisposable
{
    public const string Project = "src/TimeBank.Server/TimeBank.Server.csproj";

    private readonly string _folder = Directory.CreateTempSubdirectory("timebank-older-").FullName;

    private OlderBuild()
    {
    }

    /// <summary>The command that starts it.</summary>
    public IReadOnlyList<string> Program => ["dotnet", Path.Combine(_folder, "TimeBank.Server.dll")];

    /// <exception cref="InvalidOperationException">It does not build. The message has the output.</exception>
    public static OlderBuild Publish(string checkout, Action<string> say)
    {
        say($"publishes the server of {checkout}");
        var build = new OlderBuild();
        using var publish = Process.Start(new ProcessStartInfo("dotnet",
            ["publish", Project, "-c", "Release", "-p:RunAnalyzers=false", "-o", build._folder, "-v", "quiet", "-clp:NoSummary"])
        {
            WorkingDirectory = checkout, RedirectStandardOutput = true,
        })!;
        string said = publish.StandardOutput.ReadToEnd();
        publish.WaitForExit();
        if (publish.ExitCode == 0) return build;
        build.Dispose();
        throw new InvalidOperationException($"The server of {checkout} does not build:\n{said}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
