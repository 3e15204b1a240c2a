using System.Globalization;

namespace TimeBank.Benchmarks.Measures;

/// <summary>The options of the command line.</summary>
internal sealed record BenchOptions
{
    public const string Usage =
        """
        bench [--quick] [--json FILE] [--only TEXT]… [--callers N]… [--rounds N] [--seconds S] [--growth N] [--lines N] [--against DIR]
          --quick      short rounds and fewer scenes
          --json FILE  writes the figures there too
          --only TEXT  only subjects whose name has TEXT in it; may be given again
          --callers N  only scenes of N callers; may be given again
          --rounds N   rounds of each scene after those that warm up
          --seconds S  the length of a round
          --growth N   the largest journal of the growth measure, in entries: 10000, 1000000 (default) or 10000000; 0 leaves it out
          --lines N    the bank's lines of the reconciliation measure: 1000000 by default, 50000 at most if quick; 0 leaves it out
          --against DIR  nothing but this: the server built in DIR (dotnet build -c Release src/TimeBank.Server) and this one in turn
        """;

    public bool Quick { get; private init; }

    public string? Json { get; private init; }

    public IReadOnlyList<string> Only { get; private init; } = [];

    public IReadOnlyList<int> Callers { get; private init; } = [];

    public int Rounds { get; private init; } = 5;

    public TimeSpan Round { get; private init; } = TimeSpan.FromSeconds(3);

    public long Growth { get; private init; } = 1_000_000;

    public int Lines { get; private init; } = 1_000_000;

    /// <summary>The checkout of an older build to compare with; null: none.</summary>
    public string? Against { get; private init; }

    /// <exception cref="FormatException">A word is not an option of a benchmark.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> words)
    {
        var options = new BenchOptions();
        for (int at = 0; at < words.Count; at++)
        {
            string Value() => ++at < words.Count ? words[at] : throw new FormatException($"{words[at - 1]} needs a value.");
            int Number() => Value() is var text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? number : throw new FormatException($"'{text}' is not a number.");
            options = words[at] switch
            {
                "--quick" => options with
                {
                    Quick = true,
                    Rounds = 3,
                    Round = TimeSpan.FromSeconds(1),
                    Growth = Math.Min(options.Growth, 10_000),
                    Lines = Math.Min(options.Lines, 50_000),
                },
                "--json" => options with { Json = Value() },
                "--only" => options with { Only = [.. options.Only, Value()] },
                "--callers" => options with { Callers = [.. options.Callers, Number()] },
                "--rounds" => options with { Rounds = Math.Max(1, Number()) },
                "--seconds" => options with { Round = TimeSpan.FromSeconds(Math.Max(1, Number())) },
                "--growth" => options with { Growth = Number() },
                "--against" => options with { Against = Value() },
                "--lines" => options with { Lines = Number() },
                var word => throw new FormatException($"'{word}' is not an option of bench.\n{Usage}"),
            };
        }
        return options;
    }

    /// <summary>True for a scene to measure. A quick run measures only 1 and 64 callers, with ten hot payees.</summary>
    public bool Wants(Scene scene) =>
        (Callers.Count == 0 || Callers.Contains(scene.Callers))
            && (!Quick || (scene.Payees is Payees.None or Payees.TenHot && (Callers.Count > 0 || scene.Callers is 1 or 64)));

    public bool Wants(string subject) => Only.Count == 0 || Only.Any(text => subject.Contains(text, StringComparison.OrdinalIgnoreCase));
}
