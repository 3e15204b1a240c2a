using System.Diagnostics;

namespace TimeBank.Simulation;

/// <summary>Runs the SDK's C# compiler on one project, against the assemblies of this program.</summary>
internal static class Compiler
{
    private const string Preamble =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        [assembly: System.Reflection.AssemblyVersion("1.0.0.0")]
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("TimeBank.Simulation")]
        """;

    private static readonly Lazy<string> Sdk = new(FindSdk);

    /// <summary>Compiles a project's folder with one file replaced. Returns null, or the compiler's output where it failed.</summary>
    /// <param name="folder">The folder for the compiler's own files.</param>
    /// <param name="output">The path of the new assembly.</param>
    public static string? Compile(string source, string replacedFile, string replacement, string folder, string output)
    {
        string assembly = Path.GetFileNameWithoutExtension(output), replaced = Path.GetFullPath(Path.Combine(source, replacedFile));
        IEnumerable<string> files = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(source, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj")
            && Path.GetFullPath(file) != replaced);
        string mutated = Path.Combine(folder, "Mutated.cs"), preamble = Path.Combine(folder, "Preamble.cs"),
            response = Path.Combine(folder, "compile.rsp");
        File.WriteAllText(mutated, replacement);
        File.WriteAllText(preamble, Preamble);
        IEnumerable<string> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) != assembly);
        // The ledger carries its policies and service lists in itself.
        string data = Path.Combine(source, "Rules", "Data");
        string[] carried = Directory.Exists(data) ? Directory.GetFiles(data, "*.json") : [];
        File.WriteAllLines(response,
        [
            "-target:library", "-nullable:enable", "-checked+", "-optimize+", "-deterministic+", "-langversion:latest", "-nologo",
                "-warn:0", "-nostdlib+", $"-out:\"{output}\"",
            .. carried.Select(file => $"-resource:\"{file}\",data/{Path.GetFileName(file)}"),
            .. references.Select(path => $"-reference:\"{path}\""), .. files.Append(mutated).Append(preamble).Select(file => $"\"{file}\""),
        ]);
        (int code, string said) = Run(
            "dotnet", ["exec", Path.Combine(Sdk.Value, "Roslyn", "bincore", "csc.dll"), "-noconfig", $"@{response}"]);
        return code == 0 ? null : said;
    }

    /// <summary>Runs a program to its end.</summary>
    public static (int Code, string Said) Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        // Remove the variables that a test run sets for its own children: they would mislead the compiler.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
            .ToList()) start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    private static string FindSdk()
    {
        string version = Run("dotnet", ["--version"]).Said.Trim();
        string line = Run("dotnet", ["--list-sdks"]).Said.Split('\n')
            .First(line => line.StartsWith(version + " ", StringComparison.Ordinal));
        return Path.Combine(line[(line.IndexOf('[', StringComparison.Ordinal) + 1)..line.LastIndexOf(']')], version);
    }
}
