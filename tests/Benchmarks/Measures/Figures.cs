namespace TimeBank.Benchmarks.Measures;

/// <summary>The medians of a scene's rounds, and the CPU time per operation.</summary>
/// <param name="Rates">The rate of each round.</param>
/// <param name="OwnMicroseconds">CPU time per operation of this process and, if there is one, of the server's process.</param>
/// <param name="DatabaseMicroseconds">CPU time per operation of PostgreSQL's processes; zero without PostgreSQL.</param>
internal sealed record Figures(
    string Subject, int Callers, string Payees, double Rate, double MedianMs, double P99Ms, double OwnMicroseconds,
        double DatabaseMicroseconds, IReadOnlyList<double> Rates)
{
    public static Figures Of(string subject, Scene scene, IReadOnlyList<Round> rounds, TimeSpan own, TimeSpan database)
    {
        long operations = Math.Max(1, rounds.Sum(round => round.Operations));
        return new Figures(
            subject, scene.Callers, scene.Payees.ToString(),
            Median(rounds, round => round.Rate), Median(rounds, round => round.MedianMs), Median(rounds, round => round.P99Ms),
            own.TotalMicroseconds / operations, database.TotalMicroseconds / operations,
            [.. rounds.Select(round => Math.Round(round.Rate, 1))]);
    }

    private static double Median(IReadOnlyList<Round> rounds, Func<Round, double> value)
    {
        double[] sorted = [.. rounds.Select(value).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
