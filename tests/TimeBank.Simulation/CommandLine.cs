using System.Globalization;

namespace TimeBank.Simulation;

/// <summary>The command line of the long runs.</summary>
internal static class CommandLine
{
    /// <summary>The first word that starts this program; every other word is the test platform's.</summary>
    public const string Word = "simulate";

    private const int Sound = 0, Found = 1, Usage = 2;

    public const string Help = """
        ./timebank simulate [--seeds N] [--from S] [--sqlite] [--threads N] [--first] [--trace]
            runs the worlds of N seeds from S on; a finding is printed with its seed, and that seed runs the same world again
        ./timebank simulate --mutations [--only NAME]
            breaks the ledger in known ways, one after the other, and counts the seeds until each is found; only those whose name begins so
        """;

    public static int Run(string[] args, TextWriter output)
    {
        ulong from = 1;
        int seeds = 1_000, threads = Environment.ProcessorCount;
        bool onSqlite = false, trace = false, first = false, mutates = false;
        IReadOnlyList<Mutation> mutations = Mutants.All;
        for (int at = 0; at < args.Length; at++)
        {
            bool Number(out ulong number) =>
                ulong.TryParse(at + 1 < args.Length ? args[++at] : "", NumberStyles.None, CultureInfo.InvariantCulture, out number);
            switch (args[at])
            {
                case "--from" when Number(out from): break;
                case "--seeds" when Number(out ulong count) && count is > 0 and < int.MaxValue: seeds = (int)count; break;
                case "--threads" when Number(out ulong count) && count is > 0 and < 1_000: threads = (int)count; break;
                case "--first": first = true; break;
                case "--mutations": mutates = true; break;
                case "--only" when at + 1 < args.Length:
                    mutations =
                    [.. Mutants.All.Where(mutation => mutation.Name.StartsWith(args[at + 1], StringComparison.Ordinal))]; at++; break;
                case "--sqlite": onSqlite = true; break;
                case "--trace": trace = true; break;
                case "--help" or "-h":
                    output.WriteLine(Help);
                    return Sound;
                default:
                    output.WriteLine($"simulate doesn't take '{args[at]}' so:\n{Help}");
                    return Usage;
            }
        }
        if (mutates) return MutationRun.Run(mutations, threads, output) ? Sound : Found;
        return new Seeds(from, seeds, onSqlite, trace ? 1 : threads, trace ? output : null, first).Run(output) ? Sound : Found;
    }
}
