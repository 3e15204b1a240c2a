using System.Globalization;
using System.Text.RegularExpressions;

namespace TimeBank.Simulation;

/// <summary>Makes mutants of the ledger's real sources, and counts the seeds until the simulator finds each.</summary>
internal static partial class MutationRun
{
    /// <summary>Prints a table. True where every mutant was found in time.</summary>
    public static bool Run(IReadOnlyList<Mutation> mutations, int threads, TextWriter output)
    {
        var results = new Mutant[mutations.Count];
        int next = 0;
        Thread[] running = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            for (int at = Interlocked.Increment(ref next) - 1; at < mutations.Count; at = Interlocked.Increment(ref next) - 1)
            {
                results[at] = Try(mutations[at]);
                lock (results) output.WriteLine(
                    $"{mutations[at].Name}: "
                        + $"{(results[at].Seeds is { } seed ? $"found at seed {seed}" : $"NOT FOUND: {results[at].Finding}")}");
            }
        }))];
        foreach (Thread thread in running) thread.Start();
        foreach (Thread thread in running) thread.Join();

        output.WriteLine("| Mutation | Found at seed | within | Finding |\n|---|---:|---:|---|");
        foreach ((Mutation mutation, int? seeds, string finding) in results)
        {
            output.WriteLine(
                $"| {mutation.Name} | {seeds?.ToString(CultureInfo.InvariantCulture) ?? "**none**"} | {mutation.Seeds} | "
                    + $"{finding.Replace('|', '/')} |");
        }
        int found = results.Count(result => result.Seeds is not null);
        output.WriteLine($"{found} of {mutations.Count} mutations found");
        return found == mutations.Count;
    }

    /// <summary>Why a mutation can't be made; null where its text occurs in the sources exactly once.</summary>
    public static string? Misplaced(Mutation mutation)
    {
        string file = Path.Combine(Root(), "src", mutation.Project, mutation.File);
        int times = File.Exists(file) ? File.ReadAllText(file).Split(mutation.Text).Length - 1 : 0;
        return times == 1 ? null : $"{mutation.Name}: {mutation.Project}/{mutation.File} has '{mutation.Text}' {times} times, not once";
    }

    private static Mutant Try(Mutation mutation)
    {
        if (Misplaced(mutation) is { } misplaced) return new Mutant(mutation, null, misplaced);
        string source = Path.Combine(Root(), "src", mutation.Project), text = File.ReadAllText(Path.Combine(source, mutation.File));
        string folder = Directory.CreateTempSubdirectory("timebank-mutation-").FullName;
        try
        {
            string program = Directory.CreateDirectory(Path.Combine(folder, "program")).FullName;
            CopyProgram(program);
            string mutated = text.Replace(mutation.Text, mutation.Instead, StringComparison.Ordinal);
            if (Compiler.Compile(source, mutation.File, mutated, folder, Path.Combine(program, mutation.Project + ".dll"))
                is { } errors) return new Mutant(mutation, null, $"does not compile: {errors}");

            string said = Compiler.Run("dotnet",
                [Path.Combine(program, "TimeBank.Simulation.dll"), CommandLine.Word, "--first", "--from", "1",
                    "--seeds", $"{mutation.Seeds}", "--threads", "1"]).Said;
            Match finding = FindingLine().Match(said);
            return finding.Success
                ? new Mutant(mutation, int.Parse(finding.Groups["seed"].Value, CultureInfo.InvariantCulture),
                Shorten(finding.Groups["finding"].Value))
                : new Mutant(mutation, null, Shorten(said.ReplaceLineEndings(" ")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Copies this program as it was built, native libraries included.</summary>
    private static void CopyProgram(string target)
    {
        foreach (string part in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(AppContext.BaseDirectory, part));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(part, copy);
        }
    }

    private static string Root()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "TimeBank.sln"))) return folder;
        }
        throw new DirectoryNotFoundException("Mutations are made from the sources: run this in a checkout.");
    }

    private static string Shorten(string text) => text.Length <= 200 ? text : $"{text[..100]} … {text[^100..]}";

    [GeneratedRegex(@"^seed (?<seed>\d+): step \d+: (?<finding>.*)$", RegexOptions.Multiline)]
    private static partial Regex FindingLine();
}
