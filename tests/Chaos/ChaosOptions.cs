using System.Globalization;
using TimeBank.Chaos.Machines;

namespace TimeBank.Chaos;

/// <summary>The scenarios to run, their rounds, and the engines.</summary>
/// <param name="From">The checkout of an older build, from which to upgrade; null for none.</param>
internal sealed record ChaosOptions(
    int Rounds, int Seed, IReadOnlyList<string> Engines, IReadOnlyList<string> Scenarios, string? From = null)
{
    public const string Usage = "chaos [--rounds N] [--engine sqlite|postgresql|both] [--seed S] [--only SCENARIO] [--from DIR]";

    private const int MostRounds = 10_000;

    /// <exception cref="FormatException">A word is wrong. The message names it.</exception>
    public static ChaosOptions Parse(IReadOnlyList<string> words, IReadOnlyList<string> scenarios)
    {
        var options = new ChaosOptions(Rounds: 20, Seed: 430211, ["sqlite", "postgresql"], scenarios);
        if (words.Contains("--help")) throw new FormatException(Usage);
        for (int at = 0; at < words.Count; at += 2)
        {
            string value = at + 1 < words.Count ? words[at + 1] : throw new FormatException($"{words[at]} needs a value. {Usage}");
            options = words[at] switch
            {
                "--rounds" => options with { Rounds = Number(words[at], value, MostRounds) },
                "--seed" => options with { Seed = Number(words[at], value, int.MaxValue) },
                "--engine" => options with
                {
                    Engines = value switch
                    {
                        "both" => options.Engines,
                        "sqlite" or "postgresql" => [value],
                        _ =>
                        throw new FormatException($"--engine is sqlite, postgresql or both, and not '{value}'.")
                    },
                },
                "--only" => options with
                {
                    Scenarios = scenarios.Contains(value)
                    ? [value] : throw new FormatException($"--only is one of {string.Join(", ", scenarios)}, and not '{value}'.")
                },
                "--from" => options with
                {
                    From = File.Exists(Path.Combine(value, OlderBuild.Project)) ? Path.GetFullPath(value)
                    : throw new FormatException($"--from is a checkout of an older build, and {value} has no {OlderBuild.Project}.")
                },
                _ => throw new FormatException($"'{words[at]}' isn't an option. {Usage}"),
            };
        }
        return options;
    }

    private static int Number(string word, string value, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 && number <= most
            ? number : throw new FormatException($"{word} is a number from 1 to {most}, and not '{value}'.");
}
