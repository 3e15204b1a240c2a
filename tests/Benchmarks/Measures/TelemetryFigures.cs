namespace TimeBank.Benchmarks.Measures;

/// <summary>A round without telemetry, and the next one with it: operations a second, the server's CPU time per operation.</summary>
internal sealed record TelemetryRound(double OffRate, double OnRate, double OffMicroseconds, double OnMicroseconds);

/// <summary>What telemetry costs.</summary>
internal sealed record TelemetryFigures(string Subject, int Callers, IReadOnlyList<TelemetryRound> Rounds)
{
    public double OffRate => Median(round => round.OffRate);

    public double OnRate => Median(round => round.OnRate);

    /// <summary>The rate with telemetry as a share of the rate without: the median of the pairs.</summary>
    public double Ratio => Median(round => round.OnRate / round.OffRate);

    /// <summary>The same of CPU time per operation, which a busy machine disturbs less.</summary>
    public double CpuRatio => Median(round => round.OnMicroseconds / round.OffMicroseconds);

    private double Median(Func<TelemetryRound, double> value)
    {
        double[] sorted = [.. Rounds.Select(value).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
